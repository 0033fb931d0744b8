import type { ReactNode } from 'react'

/** One text, number or day, with its label above. */
export function Field({
  label,
  value,
  set,
  type = 'text',
  most,
}: {
  label: string
  value: string
  set(text: string): void
  type?: 'text' | 'number' | 'date'
  /** Characters. */
  most?: number
}) {
  return (
    <label className="field">
      {label}
      <input type={type} value={value} maxLength={most} onChange={({ target }) => set(target.value)} />
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
