/**
 * The totem's own drawings of its reader, printer and card. Colours are classes (theme/illustrations.css and town.css),
 * so that they follow the high-contrast theme. Movement shows where to look, and stops for a person who wants less.
 */
type Labelled = { label: string }

/** A CNS seen from above, 54 × 85.6 mm at 2.6 units a millimetre, the chip near the edge that goes in first. */
function Card() {
  return (
    <g>
      <rect x="130" y="0" width="140" height="222" rx="10" className="f-card" />
      <path d="M130 150h140" className="f-band" />
      <rect x="181" y="30" width="42" height="36" rx="6" className="f-chip" />
      <path d="M181 42h13v12h-13M223 42h-13v12h13M194 30v12M210 30v12M194 54v12M210 54v12" className="f-chip-line" />
      <path d="M152 178h70M152 196h46" className="f-line" />
    </g>
  )
}

/** The card and the reader. `move` in: it enters; out: it is to be taken; still: it stays inside. */
export function CardAndReader({ move, label }: Labelled & { move: 'in' | 'out' | 'still' }) {
  return (
    <svg className="illustration" viewBox="0 0 400 330" role="img" aria-label={label}>
      <defs>
        <clipPath id="below-slot">
          <rect x="0" y="92" width="400" height="238" />
        </clipPath>
      </defs>
      <rect x="20" y="6" width="360" height="140" rx="16" className="f-fascia" />
      <rect x="104" y="52" width="192" height="66" rx="14" className="f-reader" />
      <circle cx="330" cy="85" r="8" className={`f-lamp ${move}`} />
      <rect x="118" y="80" width="164" height="13" rx="6.5" className="f-slot" />
      <g clipPath="url(#below-slot)">
        <g className={`card-${move}`}>
          <Card />
        </g>
      </g>
      <path d="M104 93h192v11a14 14 0 0 1-14 14H118a14 14 0 0 1-14-14z" className="f-lip" />
      {move === 'in' && <path d="M70 300V210M44 238l26-28 26 28" className="f-arrow nudge-up" />}
      {move === 'out' && <path d="M70 196v90M44 258l26 28 26-28" className="f-arrow nudge-down" />}
    </svg>
  )
}

/**
 * The printer's slot and a sheet. `move` out: it is coming; still: it waits; take: it is to be taken;
 * void: it came out half; none: there is none.
 */
export function PaperOut({ move, label }: Labelled & { move: 'out' | 'still' | 'take' | 'void' | 'none' }) {
  return (
    <svg className="illustration" viewBox="0 0 400 330" role="img" aria-label={label}>
      <defs>
        <clipPath id="below-printer">
          <rect x="0" y="74" width="400" height="256" />
        </clipPath>
      </defs>
      <rect x="20" y="6" width="360" height="120" rx="16" className="f-fascia" />
      <rect x="86" y="38" width="228" height="60" rx="14" className="f-reader" />
      <rect x="100" y="62" width="200" height="13" rx="6.5" className="f-slot" />
      <g clipPath="url(#below-printer)">
        {move === 'void' && (
          <g>
            <path
              d="M116 70h168v150l-14-14-14 14-14-14-14 14-14-14-14 14-14-14-14 14-14-14-14 14-14-14-14 14z"
              className="f-paper"
            />
            <path d="M158 130h84M170 148h60" className="f-line strong" />
            <path d="M138 176h124" className="f-line" />
          </g>
        )}
        {move !== 'void' && move !== 'none' && (
          <g className={`paper-${move}`}>
            <path d="M116 70h168v236H116z" className="f-paper" />
            <circle cx="200" cy="116" r="15" className="f-seal" />
            <path d="M158 150h84M170 166h60" className="f-line strong" />
            <path d="M138 196h124M138 214h124M138 232h96M138 250h110" className="f-line" />
            <path d="M222 268h34v26h-34z" className="f-seal" />
          </g>
        )}
      </g>
      <path d="M86 75h228v9a14 14 0 0 1-14 14H100a14 14 0 0 1-14-14z" className="f-lip" />
      {move === 'take' && <path d="M56 176v100M30 248l26 28 26-28" className="f-arrow nudge-down" />}
      {move === 'void' && (
        <>
          <circle cx="284" cy="222" r="42" className="f-sign" />
          <path d="M268 206l32 32M300 206l-32 32" className="f-sign-mark" />
        </>
      )}
    </svg>
  )
}

/** Two people who greet each other, each in their own language. */
export function Greetings({ label }: Labelled) {
  return (
    <svg className="illustration" viewBox="0 0 400 230" role="img" aria-label={label}>
      <path
        d="M48 30h180a18 18 0 0 1 18 18v62a18 18 0 0 1-18 18h-104l-36 34v-34H48a18 18 0 0 1-18-18V48a18 18 0 0 1 18-18Z"
        className="f-bubble"
      />
      <path
        d="M190 100h162a18 18 0 0 1 18 18v56a18 18 0 0 1-18 18v30l-32-30H190a18 18 0 0 1-18-18v-56a18 18 0 0 1 18-18Z"
        className="f-bubble second"
      />
      <text x="138" y="94" className="f-word">
        Ciao
      </text>
      <text x="271" y="161" className="f-word second">
        Hello
      </text>
    </svg>
  )
}

/** A card that has one try left. */
export function OneTryLeft({ label }: Labelled) {
  return (
    <svg className="illustration" viewBox="0 0 400 240" role="img" aria-label={label}>
      <rect x="74" y="30" width="232" height="150" rx="14" className="f-card" />
      <rect x="102" y="72" width="56" height="46" rx="8" className="f-chip" />
      <path d="M102 88h17v15h-17M158 88h-17v15h17M119 72v16M141 72v16M119 103v15M141 103v15" className="f-chip-line" />
      <path d="M102 148h96" className="f-line" />
      <circle cx="300" cy="172" r="52" className="f-sign" />
      <text x="300" y="196" className="f-sign-word">
        1
      </text>
    </svg>
  )
}

/** From the totem, which is `faulty` or in order, to the counter, where people help. */
export function ToTheCounter({ faulty = false, label }: Labelled & { faulty?: boolean }) {
  return (
    <svg className="illustration" viewBox="0 0 400 240" role="img" aria-label={label}>
      <rect x="26" y="44" width="94" height="166" rx="12" className="f-fascia" />
      <rect x="40" y="60" width="66" height="78" rx="5" className="f-reader" />
      {faulty ? (
        <path d="M73 78 97 120H49zM73 94v12M73 112v1" className="f-alert" />
      ) : (
        <path d="M54 82h38M54 98h38M54 114h24" className="f-line" />
      )}
      <path d="M54 160h38" className="f-slot-line" />
      <path d="M148 128h56M184 104l24 24-24 24" className="f-arrow nudge-right" />
      <circle cx="306" cy="78" r="26" className="f-person" />
      <path d="M256 156c0-34 20-48 50-48s50 14 50 48z" className="f-person" />
      <rect x="232" y="152" width="148" height="16" rx="6" className="f-reader" />
      <path d="M242 168h128v42H242z" className="f-fascia" />
    </svg>
  )
}

/** The totem asks the register: a sheet, the line, the archive. The person waits. */
export function AskingRegister({ label }: Labelled) {
  return (
    <svg className="illustration" viewBox="0 0 400 260" role="img" aria-label={label}>
      <rect x="24" y="56" width="92" height="160" rx="12" className="f-fascia" />
      <rect x="38" y="72" width="64" height="74" rx="5" className="f-glass" />
      <path d="M52 94h36M52 110h36M52 126h22" className="f-line" />
      <path d="M52 168h36" className="f-slot-line" />
      <g className="travel">
        <circle cx="150" cy="136" r="7" />
        <circle cx="178" cy="136" r="7" />
        <circle cx="206" cy="136" r="7" />
        <circle cx="234" cy="136" r="7" />
      </g>
      <path d="M262 92 320 54l58 38" className="f-roof" />
      <path d="M266 96h108v14H266zM260 202h120v16H260z" className="f-fascia" />
      <path d="M276 110h14v92h-14zM304 110h14v92h-14zM332 110h14v92h-14zM356 110h10v92h-10z" className="f-column" />
    </svg>
  )
}

/** The card checks the PIN by itself: the digits go into the card and nowhere else. */
export function CardThinking({ label }: Labelled) {
  return (
    <svg className="illustration" viewBox="0 0 400 260" role="img" aria-label={label}>
      <rect x="84" y="46" width="232" height="150" rx="14" className="f-card" />
      <rect x="112" y="88" width="56" height="46" rx="8" className="f-chip" />
      <path
        d="M112 104h17v15h-17M168 104h-17v15h17M129 88v16M151 88v16M129 119v15M151 119v15"
        className="f-chip-line"
      />
      <g className="travel">
        <circle cx="200" cy="111" r="8" />
        <circle cx="228" cy="111" r="8" />
        <circle cx="256" cy="111" r="8" />
        <circle cx="284" cy="111" r="8" />
      </g>
      <path d="M112 164h96" className="f-line" />
    </svg>
  )
}

/**
 * A small town and its totem: the first thing that is seen from the door. Hills and ground go on beyond the drawing, so
 * that it stands whole in any box.
 */
export function Town({ label }: Labelled) {
  return (
    <svg className="town" viewBox="0 0 1080 760" preserveAspectRatio="xMidYMax meet" role="img" aria-label={label}>
      <circle cx="812" cy="190" r="86" className="t-sun" />
      <path
        d="M0 470C160 360 300 400 420 440S700 330 860 390s180 40 220 20h2000v350H-2000V470z"
        className="t-hill far"
      />
      <path d="M0 540c200-70 360-30 520-20s380-90 560-30h2000v270H-2000V540z" className="t-hill near" />
      <g className="t-houses back">
        <path d="M36 640V470l74-58 74 58v170zM190 640V510l66-50 66 50v130zM760 640V486l70-56 70 56v154zM908 640V452l76-60 76 60v188z" />
      </g>
      <g className="t-tower">
        <path d="M318 640V246h88v394z" />
        <path d="M306 246h112v-18H306zM312 228l50-84 50 84z" />
      </g>
      <path d="M340 316v-30a22 22 0 0 1 44 0v30z" className="t-window" />
      <circle cx="362" cy="376" r="22" className="t-clock" />
      <path d="M362 362v14l10 7" className="t-hand" />
      <g className="t-houses front">
        <path d="M96 660V548l88-62 88 62v112zM690 660V500h202v160zM680 500l110-66 112 66z" />
      </g>
      <path
        d="M124 660v-58a20 20 0 0 1 40 0v58zM204 660v-58a20 20 0 0 1 40 0v58zM718 660v-74a24 24 0 0 1 48 0v74zM790 660v-74a24 24 0 0 1 48 0v74z"
        className="t-window"
      />
      <path d="M846 560h28v34h-28z" className="t-window" />
      <path d="M-2000 656h5080v104H-2000z" className="t-ground" />
      <ellipse cx="540" cy="722" rx="206" ry="18" className="t-shadow" />
      <path d="M412 722h256l-18-30H430z" className="t-foot" />
      <rect x="432" y="176" width="216" height="526" rx="24" className="t-slab" />
      <rect x="452" y="196" width="176" height="270" rx="12" className="t-glass" />
      <path d="M452 208a12 12 0 0 1 12-12h152a12 12 0 0 1 12 12v30H452z" className="t-glass-bar" />
      <rect x="470" y="262" width="140" height="44" rx="8" className="t-tile" />
      <rect x="470" y="318" width="140" height="44" rx="8" className="t-tile" />
      <rect x="470" y="374" width="140" height="44" rx="8" className="t-tile" />
      <rect x="548" y="432" width="62" height="22" rx="6" className="t-glass-bar" />
      <rect x="462" y="494" width="66" height="20" rx="8" className="t-slot" />
      <g className="t-card">
        <rect x="471" y="504" width="48" height="66" rx="6" />
        <path d="M487 516h15v13h-15z" className="f-chip" />
      </g>
      <rect x="548" y="494" width="72" height="20" rx="8" className="t-slot" />
      <g className="t-paper">
        <path d="M556 504h56v96h-56z" />
        <path d="M566 526h36M566 540h36M566 554h24M566 568h30" className="f-line" />
      </g>
    </svg>
  )
}
