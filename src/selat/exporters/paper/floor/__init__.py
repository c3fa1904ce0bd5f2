"""Reports of a sea: day, ship, alert, area. Each module turns plain data (:mod:`.given`) into a document; nothing is asked."""
