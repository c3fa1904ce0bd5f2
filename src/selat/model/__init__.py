"""Words: schema, messages, units, time, errors, ports, config."""
