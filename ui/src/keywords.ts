// What each key does, in a few words, for the form in which keys are changed. Loaded with it.

import { language } from "./i18n";

const LANGUAGES = ["en", "ms", "ja"];
/** English, Malay, Japanese. */
export const KEY_WORDS: Record<string, [string, string, string]> = {
  search: ["Search", "Cari", "検索"],
  "last-ship": ["Ship before", "Kapal sebelumnya", "前の船"],
  "next-ship": ["Next ship", "Kapal seterusnya", "次の船"],
  "next-alert": ["Next open alert", "Amaran terbuka seterusnya", "次の未確認警報"],
  acknowledge: ["Acknowledge the alert", "Akui amaran", "警報を確認"],
  evidence: ["Evidence of the alert", "Bukti amaran", "警報の根拠"],
  snooze: ["Snooze the alert", "Tunda amaran", "警報を保留"],
  close: ["Close the alert", "Tutup amaran", "警報を終結"],
  handover: ["Hand the alert over", "Serah amaran", "警報の引継ぎ"],
  assign: ["Assign the alert", "Tugaskan amaran", "警報の割当"],
  note: ["Note on the alert", "Catatan pada amaran", "警報にメモ"],
  range: ["Range and bearing", "Jarak dan baringan", "距離と方位"],
  ebl: ["Bearing line and range ring", "Garis baringan dan gelang jarak", "方位線と距離環"],
  legs: ["Way of several legs", "Laluan beberapa bahagian", "複数区間の航程"],
  own: ["Ship is an own boat", "Kapal ialah bot sendiri", "自船艇にする"],
  views: ["Saved views and lists", "Paparan dan senarai tersimpan", "保存した表示と一覧"],
  "zone-editor": ["Draw and change zones", "Lukis dan ubah zon", "区域を描く・変更"],
  clear: ["Take all lines off", "Buang semua garis", "線をすべて消す"],
  report: ["Report on paper", "Laporan", "報告書"],
  watch: ["Ship on the watch list", "Kapal dalam senarai pantau", "監視リストに入れる"],
  follow: ["Follow the ship", "Ikut kapal", "船を追う"],
  dossier: ["History of the ship", "Sejarah kapal", "船の履歴"],
  vectors: ["Course vectors", "Vektor haluan", "針路ベクトル"],
  trails: ["Trails", "Jejak", "航跡"],
  labels: ["Names", "Nama", "船名"],
  zones: ["Zones", "Zon", "区域"],
  density: ["Density of traffic", "Kepadatan trafik", "通航密度"],
  weather: ["Wind and current", "Angin dan arus", "風と流れ"],
  filter: ["Types and filter", "Jenis dan penapis", "種類と絞り込み"],
  panel: ["Panel of alerts (tablet)", "Panel amaran (tablet)", "警報パネル（タブレット）"],
  palette: ["Next palette", "Palet seterusnya", "次の配色"],
  "palette-back": ["Palette before", "Palet sebelumnya", "前の配色"],
  "zoom-in": ["Zoom in", "Zum masuk", "拡大"],
  "zoom-out": ["Zoom out", "Zum keluar", "縮小"],
  play: ["Play the past, stop", "Main masa lalu, henti", "過去を再生・停止"],
  "play-back": ["Play backwards", "Main ke belakang", "逆再生"],
  "minute-back": ["A minute back", "Seminit ke belakang", "1分戻る"],
  "minute-forth": ["A minute forth", "Seminit ke hadapan", "1分進む"],
  slower: ["Slower", "Lebih perlahan", "遅く"],
  faster: ["Faster", "Lebih laju", "速く"],
  "go-to": ["Go to a time", "Pergi ke masa", "時刻へ移る"],
  "alert-before": ["To the alert before", "Ke amaran sebelumnya", "前の警報へ"],
  "alert-after": ["To the alert after", "Ke amaran seterusnya", "次の警報へ"],
  live: ["Back to the present", "Kembali ke masa kini", "現在に戻る"],
  home: ["Back to the strait", "Kembali ke selat", "海峡に戻る"],
  keys: ["Own keys", "Kekunci sendiri", "キーの変更"],
  enter: ["End the line", "Tamatkan garis", "線を終える"],
  escape: ["Close, give up", "Tutup, batal", "閉じる・取消"],
  help: ["Help", "Bantuan", "ヘルプ"],
  menu: ["Menu of this place", "Menu tempat ini", "この場所のメニュー"],
};

/** A fixed key that is no deed of its own to people (arrows, digits) reads as its name. */
export function keyWord(id: string): string {
  const words = KEY_WORDS[id];
  return words?.[Math.max(LANGUAGES.indexOf(language()), 0)] ?? id;
}
