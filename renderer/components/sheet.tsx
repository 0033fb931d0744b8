import { useState } from 'react'
import { useText } from '../i18n/use-text.ts'
import { usePreferences } from '../view-context.ts'
import { TouchButton } from './touch-button.tsx'

/** A choice that stands on the sheet itself because most people want one of these. */
export interface Shortcut {
  label: string
  chosen: boolean
  onPress: () => void
}

export interface SheetLine {
  label: string
  value: string
  note?: string
  tone?: 'danger'
  /** Opens the list of the other values; it comes back to this sheet. */
  change?: () => void
  shortcuts?: readonly Shortcut[]
}

/** All that is settled before the main button: a line for each choice, and each line can be changed by itself. */
export function Sheet({ lines }: { lines: readonly SheetLine[] }) {
  const text = useText()
  const { simple } = usePreferences()
  const [whole, setWhole] = useState(false)
  const changes = !simple || whole
  return (
    <>
      <ul className="summary">
        {lines.map(({ label, value, note, tone, change, shortcuts }) => (
          <li key={label} className={`summary-line ${change ? '' : 'of-shortcuts'} ${tone ?? ''}`}>
            <p className="summary-words">
              <span className="summary-label">{label}</span>
              {/* A shortcut beside it may say the same. */}
              {!(changes && shortcuts?.some((one) => one.chosen && one.label === value)) && <strong>{value}</strong>}
              {note && <span className="summary-note">{note}</span>}
            </p>
            {change && changes && (
              <TouchButton
                className="secondary summary-change"
                label={`${text('sheet.change')}: ${label}`}
                onPress={change}
              >
                <span>{text('sheet.change')}</span>
              </TouchButton>
            )}
            {changes && shortcuts && shortcuts.length > 0 && (
              <div className="summary-shortcuts">
                {shortcuts.map((shortcut) => (
                  <TouchButton
                    key={shortcut.label}
                    className="shortcut"
                    pressed={shortcut.chosen}
                    {...(shortcut.chosen && { label: `${shortcut.label}. ${text('themes.on')}` })}
                    onPress={shortcut.onPress}
                  >
                    <span>{shortcut.label}</span>
                  </TouchButton>
                ))}
              </div>
            )}
          </li>
        ))}
      </ul>
      {!changes && (
        <TouchButton className="secondary" onPress={() => setWhole(true)}>
          <span>{text('sheet.change')}</span>
        </TouchButton>
      )}
    </>
  )
}
