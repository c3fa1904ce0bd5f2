import type { Words } from "../i18n";

export const ja: Words = {
  "pier": "現場", "tab.items": "機材", "tab.scan": "読取り", "tab.queue": "未送信", "tab.conflicts": "食い違い",
  "net.on": "通信あり", "net.off": "通信なし", "queue.empty": "すべて送信済みです。", "queue.n": "未送信 {n} 件", "sync": "送信する", "syncing": "送信中…",
  "list.take": "一覧を持ち出す", "list.none": "一覧がまだありません。通信のあるうちに持ち出してください。", "list.as": "{d} の一覧、{n} 点",
  "find": "検索: 識別子、製造番号、札", "who": "氏名", "who.need": "先に氏名を入れてください。", "received.of": "{b} 点のうち {a} 点到着",
  "receive": "到着", "accept": "受領", "service": "就役", "hand": "引き渡す", "photo": "写真", "sortie": "出動を記録", "gpx": "航跡を加える（GPX、NMEA）",
  "unit": "部隊", "place": "場所", "certificate": "証明書", "save": "保存", "back": "戻る", "queued": "{what}: この端末に保存しました", "sent": "{n} 件を送信しました",
  "already": "{i} はすでに{s}です。", "unknown": "{c} は一覧にありません。", "arrived": "あわせて: 荷が今日到着",
  "scan.how": "コードを画面に写してください。入力、手持ち読取器、画像の選択もできます。", "scan.camera": "カメラ", "scan.stop": "カメラを止める", "scan.picture": "コードの画像",
  "scan.type": "コードまたは製造番号", "scan.receive": "読み取ったものをすべて到着とする", "scan.none": "画像にコードがありません。", "scan.nocamera": "カメラを使えません: {reason}",
  "begin": "開始", "lasted": "時間", "mission": "任務", "engine": "機関時間（開始と終了）", "rescued": "救助した人", "fuel": "燃料（リットル）",
  "mission.sar": "捜索救助", "mission.surveillance": "監視", "mission.training": "訓練", "mission.hadr": "災害救援", "mission.pko": "平和維持",
  "grade.note": "機関時間があれば記録簿（C）、なければ申告（D）。GPX や飛行記録はさらに確かです（B）。",
  "refused": "送信できません: {m} {h}", "discard": "捨てる", "discard.sure": "まだ送信していません。捨てますか。", "conflict.new": "{n} 件が記録と合いません。食い違いを見てください。",
  "conflict.offline": "食い違いは通信のあるときに決めます。", "login": "送信するにはもう一度ログインしてください。何も失われません。", "secure": "このページには https が必要です。",
  "file.empty": "ファイルが空です。", "file.large": "ファイルが大きすぎます（上限 {m} MB）。", "newer": "新しいページを読み込む",
  "offline.ready": "通信なしで使えます", "deed.item_state": "状態", "deed.custody": "引渡し", "deed.use": "出動", "deed.photo": "写真", "deed.log": "航跡", "deed.tranche": "荷の到着",
};
