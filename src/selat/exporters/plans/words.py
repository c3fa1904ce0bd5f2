"""Words of the messages, in English, Malay and Japanese. Letters, codes, positions and times are the same in all."""

from __future__ import annotations

from selat.model.errors import ConfigError

LANGUAGES = ("en", "ms", "ja")
#: key: (English, Malay, Japanese)
WORDS = {
    "approval": (
        "Not for operational use without approval by the SAR authority",
        "Bukan untuk kegunaan operasi tanpa kelulusan pihak berkuasa SAR",
        "SAR当局の承認なしに実運用に用いてはならない",
    ),
    "identity": ("IDENTITY OF CASUALTY", "PENGENALAN MANGSA", "遭難者・遭難船の識別"),
    "position": ("POSITION", "KEDUDUKAN", "位置"),
    "situation": ("SITUATION", "SITUASI", "状況"),
    "persons": ("NUMBER OF PERSONS AT RISK", "BILANGAN ORANG DALAM BAHAYA", "危険にさらされている人数"),
    "assistance": ("ASSISTANCE REQUIRED", "BANTUAN DIPERLUKAN", "必要な救助"),
    "coordinating": ("CO-ORDINATING RCC", "RCC PENYELARAS", "調整担当RCC"),
    "description": ("DESCRIPTION OF CASUALTY", "PERIHAL MANGSA", "遭難者・遭難船の特徴"),
    "weather": ("WEATHER ON SCENE", "CUACA DI TEMPAT KEJADIAN", "現場の気象"),
    "initial": ("INITIAL ACTIONS TAKEN", "TINDAKAN AWAL", "初動措置"),
    "area": ("SEARCH AREA", "KAWASAN CARIAN", "捜索区域"),
    "instructions": ("CO-ORDINATING INSTRUCTIONS", "ARAHAN PENYELARASAN", "調整指示"),
    "plans": ("FUTURE PLANS", "RANCANGAN SETERUSNYA", "今後の計画"),
    "more": ("ADDITIONAL INFORMATION", "MAKLUMAT TAMBAHAN", "追加情報"),
    "areas": ("SEARCH AREAS", "KAWASAN-KAWASAN CARIAN", "捜索区域"),
    "execution": ("EXECUTION", "PELAKSANAAN", "実施"),
    "coordination": ("CO-ORDINATION", "PENYELARASAN", "調整"),
    "communications": ("COMMUNICATIONS", "KOMUNIKASI", "通信"),
    "reports": ("REPORTS", "LAPORAN", "報告"),
    "unknown": ("NOT KNOWN", "TIDAK DIKETAHUI", "不明"),
    "none": ("NIL", "TIADA", "なし"),
    "target": ("SEARCH OBJECT", "OBJEK CARIAN", "捜索対象"),
    "datum": ("DATUM", "DATUM", "推定位置"),
    "corners": ("CORNERS", "PENJURU", "隅の位置"),
    "shore": ("WATER ONLY, CUT AT THE SHORE", "AIR SAHAJA, DIPOTONG DI PANTAI", "海岸で切った水域のみ"),
    "limits": ("LIMITS", "HAD", "範囲"),
    "centre": ("CENTRE, LENGTH, WIDTH, AXIS", "PUSAT, PANJANG, LEBAR, PAKSI", "中心・長さ・幅・軸"),
    "moves": ("AREA MOVES", "KAWASAN BERGERAK", "区域の移動"),
    "size": ("SIZE", "KELUASAN", "面積"),
    "unit": ("UNIT", "UNIT", "捜索単位"),
    "pattern": ("PATTERN", "CORAK", "捜索パターン"),
    "creep": ("CREEP", "ARAH MAJU", "進行方向"),
    "csp": ("COMMENCE SEARCH POINT", "TITIK MULA CARIAN", "捜索開始点"),
    "altitude": ("ALTITUDE", "ALTITUD", "高度"),
    "onscene": ("ON SCENE", "DI TEMPAT KEJADIAN", "現場到着・離脱"),
    "spacing": ("TRACK SPACING", "JARAK LORONG", "捜索線間隔"),
    "speed": ("SEARCH SPEED", "KELAJUAN CARIAN", "捜索速力"),
    "coverage": ("COVERAGE", "LIPUTAN", "捜索係数"),
    "success": ("PROBABILITY OF SUCCESS", "KEBARANGKALIAN KEJAYAAN", "成功確率"),
    "visibility": ("VISIBILITY", "JARAK PENGLIHATAN", "視程"),
    "wind": ("WIND", "ANGIN", "風"),
    "sea": ("SEA", "LAUT", "波高"),
    "clear": (
        "UNITS KEEP WITHIN THEIR OWN AREA; OSC TO BE TOLD BEFORE LEAVING IT",
        "UNIT KEKAL DALAM KAWASAN SENDIRI; MAKLUMKAN OSC SEBELUM KELUAR",
        "各単位は自区域内にとどまり、離れる前にOSCへ通報すること",
    ),
    "report": (
        "ON ARRIVAL, EVERY HOUR, AT ONCE WHEN ANYTHING IS SIGHTED, ON COMPLETION: AREA SEARCHED, WEATHER, VISIBILITY",
        "SEMASA TIBA, SETIAP JAM, SERTA-MERTA JIKA ADA PENEMUAN, DAN SELEPAS TAMAT: KAWASAN DICARI, CUACA, PENGLIHATAN",
        "到着時・毎時・発見時直ちに・終了時:捜索済み区域、気象、視程を報告",
    ),
    "lookout": (
        "SHIPS IN VICINITY ARE REQUESTED TO KEEP A SHARP LOOKOUT, TO ASSIST IF POSSIBLE AND TO REPORT TO",
        "KAPAL BERHAMPIRAN DIMINTA BERWASPADA, MEMBANTU JIKA BOLEH DAN MELAPOR KEPADA",
        "付近航行船舶は厳重な見張りと可能な救助、次への通報を要請する:",
    ),
    "drifting": (
        "IS SEARCHED FOR IN THE AREA BOUNDED BY",
        "SEDANG DICARI DALAM KAWASAN YANG DIBATASI OLEH",
        "を次の区域で捜索中:",
    ),
}


def words(language: str) -> dict[str, str]:
    """The table in one language; raises :class:`ConfigError` for one that there is not."""
    if language not in LANGUAGES:
        raise ConfigError(f"there is no language {language!r}", hint=f"one of {', '.join(LANGUAGES)}")
    at = LANGUAGES.index(language)
    return {key: texts[at] for key, texts in WORDS.items()}
