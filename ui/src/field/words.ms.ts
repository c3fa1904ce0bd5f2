import type { Words } from "../i18n";

export const ms: Words = {
  "pier": "Di jeti", "tab.items": "Barang", "tab.scan": "Imbas", "tab.queue": "Hendak dihantar", "tab.conflicts": "Percanggahan",
  "net.on": "ada rangkaian", "net.off": "tiada rangkaian", "queue.empty": "Semuanya telah dihantar.", "queue.n": "{n} hendak dihantar", "sync": "Hantar sekarang", "syncing": "menghantar…",
  "list.take": "Ambil senarai", "list.none": "Belum ada senarai. Ambil sekarang semasa ada rangkaian.", "list.as": "senarai {d}, {n} barang",
  "find": "Cari: id, nombor siri atau tag", "who": "Nama anda", "who.need": "Beri nama anda dahulu.", "received.of": "{a} daripada {b} sampai",
  "receive": "Sampai", "accept": "Terima", "service": "Mula khidmat", "hand": "Serah", "photo": "Gambar", "sortie": "Rekod pelayaran", "gpx": "Tambah log (GPX, NMEA)",
  "unit": "Unit", "place": "Tempat", "certificate": "Sijil", "save": "Simpan", "back": "Kembali", "queued": "{what}: disimpan pada peranti ini", "sent": "{n} dihantar",
  "already": "{i} sudah {s}.", "unknown": "{c} tiada dalam senarai.", "arrived": "bersamanya: penghantaran sampai hari ini",
  "scan.how": "Halakan kod ke kamera. Atau taip, guna pengimbas tangan, atau pilih gambar.", "scan.camera": "Kamera", "scan.stop": "Hentikan kamera", "scan.picture": "Gambar kod",
  "scan.type": "Kod atau nombor siri", "scan.receive": "Terima setiap kod yang dibaca", "scan.none": "Tiada kod dalam gambar.", "scan.nocamera": "Kamera tidak dapat digunakan: {reason}",
  "begin": "Mula", "lasted": "Jam", "mission": "Misi", "engine": "Jam enjin, mula dan tamat", "rescued": "Orang diselamatkan", "fuel": "Bahan api, liter",
  "mission.sar": "cari dan selamat", "mission.surveillance": "pengawasan", "mission.training": "latihan", "mission.hadr": "bantuan bencana", "mission.pko": "pengaman",
  "grade.note": "Dengan jam enjin ia helaian log (C), tanpanya kenyataan (D). Log GPX atau penerbangan lebih kuat (B).",
  "refused": "tidak dapat dihantar: {m} {h}", "discard": "Buang", "discard.sure": "Ini belum dihantar. Buang?", "conflict.new": "{n} tidak sepadan: lihat Percanggahan.",
  "conflict.offline": "Percanggahan diputuskan semasa ada rangkaian.", "login": "Log masuk semula untuk menghantar; tiada yang hilang.", "secure": "Halaman ini memerlukan https: tanpanya tiada yang dapat disimpan.",
  "file.empty": "Fail itu kosong.", "file.large": "Fail terlalu besar: {m} MB paling banyak.", "newer": "Muat halaman baharu",
  "offline.ready": "sedia tanpa rangkaian", "deed.item_state": "keadaan", "deed.custody": "diserah", "deed.use": "pelayaran", "deed.photo": "gambar", "deed.log": "log", "deed.tranche": "penghantaran sampai",
};
