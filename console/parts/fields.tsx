import { type ReactNode, useId, useState } from 'react'
import { isCodiceFiscale } from '../../contract/identity.ts'

/** One text, number or day, with its label above, and below it what is wrong with it. */
export function Field({
  label,
  value,
  set,
  type = 'text',
  most,
  wrong,
  isCode = false,
  className = '',
  onLeft,
  ...more
}: {
  label: string
  value: string
  set(text: string): void
  type?: 'text' | 'number' | 'date'
  /** Characters. */
  most?: number
  wrong?: string | undefined
  /** Letters and digits that somebody compares. */
  isCode?: boolean
  className?: string
  autoFocus?: boolean
  onLeft?(): void
}) {
  const below = useId()
  return (
    <div className={className}>
      <label className="field">
        {label}
        <input
          {...{ type, value, ...more }}
          className={isCode ? 'id' : ''}
          maxLength={most}
          aria-invalid={wrong !== undefined}
          aria-describedby={below}
          onChange={({ target }) => set(target.value)}
          onBlur={onLeft}
        />
      </label>
      <span id={below} className="below quiet">
        {wrong}
      </span>
    </div>
  )
}

const LETTERS = 16
/** As it is typed or read by a scanner, so that it counts: capitals, no blanks. */
export const codeOf = (text: string): string => text.normalize('NFKC').replace(/\s/g, '').toUpperCase()

/** A codice fiscale, whose last letter proves the others: said as soon as it is whole, or its field left. */
export function CodeField({
  value,
  set,
  ...more
}: {
  label: string
  value: string
  set(text: string): void
  className?: string
  autoFocus?: boolean
}) {
  const [isLeft, setLeft] = useState(false)
  const isWrong = value !== '' && (isLeft || value.length >= LETTERS) && !isCodiceFiscale(value)
  return (
    <Field
      {...{ ...more, value, isCode: true }}
      // Longer than the code: somebody may bring it with blanks.
      most={24}
      set={(text) => set(codeOf(text))}
      wrong={isWrong ? 'Il codice fiscale non torna: controlli lettere e cifre.' : undefined}
      onLeft={() => setLeft(true)}
    />
  )
}

/** What a form needs before it can be sent, by name: those that are not there yet. */
export const missingOf = (needed: Readonly<Record<string, boolean>>): string[] =>
  Object.keys(needed).filter((name) => !needed[name])

/** Beside a button that cannot be pressed yet: why. */
export const Missing = ({ of }: { of: readonly string[] }) =>
  of.length === 0 ? null : <span className="missing quiet">Manca: {of.join(', ')}.</span>

/** One of several, by its name. */
export function Choice<V extends string>({
  label,
  value,
  set,
  of,
  open,
  className,
}: {
  label: string
  value: V
  set(value: NoInfer<V>): void
  of: readonly (readonly [value: NoInfer<V>, name: string])[]
  /** What stands there before anything is chosen; without it something always is. */
  open?: string
  className?: string
}) {
  return (
    <label className={className}>
      {label}{' '}
      <select value={value} onChange={({ target }) => set(target.value as V)}>
        {open !== undefined && <option value="">{open}</option>}
        {of.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Any of several, each in its box; `because` stands under what is chosen. */
export function Choices<C extends string>({
  title,
  all,
  chosen,
  set,
  because,
}: {
  title: string
  all: readonly { code: C; name: string }[]
  chosen: readonly C[]
  set(chosen: C[]): void
  because?(code: C): ReactNode
}) {
  return (
    <fieldset>
      <legend>{title}</legend>
      <div className="choices">
        {all.map(({ code, name }) => (
          <div key={code}>
            <label className="choice">
              <input
                type="checkbox"
                checked={chosen.includes(code)}
                onChange={({ target }) =>
                  set(target.checked ? [...chosen, code] : chosen.filter((each) => each !== code))
                }
              />
              <span>
                {name} {/^C\d/.test(code) && <span className="quiet id">{code}</span>}
              </span>
            </label>
            {chosen.includes(code) && because?.(code)}
          </div>
        ))}
      </div>
    </fieldset>
  )
}
