import type { Words } from "../i18n";

export const en: Words = {
  "pier": "On the pier", "tab.items": "Goods", "tab.scan": "Scan", "tab.queue": "To send", "tab.conflicts": "Conflicts",
  "net.on": "network", "net.off": "no network", "queue.empty": "Everything was sent.", "queue.n": "{n} to send", "sync": "Send now", "syncing": "sending…",
  "list.take": "Take the list along", "list.none": "No list was taken along yet. With a network, take it along now.", "list.as": "list of {d}, {n} goods",
  "find": "Find: id, serial number or tag", "who": "Your name", "who.need": "Give your name first.", "received.of": "{a} of {b} received",
  "receive": "Receive", "accept": "Accept", "service": "Into service", "hand": "Hand over", "photo": "Photo", "sortie": "Log a sortie", "gpx": "Add a log (GPX, NMEA)",
  "unit": "Unit", "place": "Place", "certificate": "Certificate", "save": "Save", "back": "Back", "queued": "{what}: kept on this device", "sent": "{n} sent",
  "already": "{i} is {s} already.", "unknown": "{c} is not on the list.", "arrived": "with it: the tranche arrived today",
  "scan.how": "Hold the code into the picture. Or type it, use a hand scanner, or choose a picture.", "scan.camera": "Camera", "scan.stop": "Stop the camera", "scan.picture": "Picture of a code",
  "scan.type": "Code or serial number", "scan.receive": "Receive each code that is read", "scan.none": "No code was found in the picture.", "scan.nocamera": "No camera can be used: {reason}",
  "begin": "Began", "lasted": "Hours", "mission": "Mission", "engine": "Engine hours, begin and end", "rescued": "People rescued", "fuel": "Fuel, litres",
  "mission.sar": "search and rescue", "mission.surveillance": "surveillance", "mission.training": "training", "mission.hadr": "disaster relief", "mission.pko": "peacekeeping",
  "grade.note": "With engine hours it is a log sheet (C), without them a statement (D). A GPX or flight log says more (B).",
  "refused": "cannot be sent: {m} {h}", "discard": "Throw away", "discard.sure": "This was never sent. Throw it away?", "conflict.new": "{n} did not fit what stands: see Conflicts.",
  "conflict.offline": "Conflicts are decided with a network.", "login": "Log in again to send; nothing is lost.", "secure": "This page needs https (or this machine's own address): without it nothing can be kept offline.",
  "file.empty": "The file is empty.", "file.large": "The file is too large: {m} MB at most.", "newer": "Load the new page",
  "offline.ready": "ready without a network", "deed.item_state": "state", "deed.custody": "handed over", "deed.use": "sortie", "deed.photo": "photo", "deed.log": "log", "deed.tranche": "tranche arrived",
};
