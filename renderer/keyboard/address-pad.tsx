import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { DOMAIN_KEYS } from '../../contract/email-address.ts'
import { Icon } from '../components/icon.tsx'
import { useStrikes } from '../components/press-guard.tsx'
import { TouchButton } from '../components/touch-button.tsx'
import { useText } from '../i18n/use-text.ts'
import './keyboard.css'
import './address-pad.css'

const ROWS = ['1234567890', 'qwertyuiop', 'asdfghjkl_', 'zxcvbnm.-+'].map((row) => [...row])
const MOST = 254

type AddressPad = {
  typed: string
  confirm: string
  onAddress: (address: string) => void
  children: (parts: {
    pad: ReactNode
    main: { label: string; icon: 'next'; onPress: () => void; disabled: boolean }
  }) => ReactNode
}

/** A keyboard for an e-mail address: its letters and signs, no blank, and keys for what stands behind most of them. */
export function AddressPad({ typed: before, confirm, onAddress, children }: AddressPad) {
  const text = useText()
  const [typed, setTyped] = useState(before)
  // Two keys may come before React has drawn the first, so keys do not act on the drawn text.
  const now = useRef(before)
  const counts = useStrikes('digit')

  const put = useCallback((next: string) => {
    now.current = next.slice(0, MOST)
    setTyped(now.current)
  }, [])
  const strike = useCallback(
    (key: string) => {
      if (!counts(key)) return
      if (key === 'delete') put(now.current.slice(0, -1))
      // A key that says a whole domain takes the place of whatever stands behind the @.
      else if (key.startsWith('@') && key.length > 1) put(`${now.current.split('@')[0]}${key}`)
      else put(now.current + key)
    },
    [counts, put],
  )
  const done = useCallback(() => {
    if (now.current !== '') onAddress(now.current)
  }, [onAddress])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return
      const confirms = event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)
      const key = event.key === 'Backspace' ? 'delete' : event.key
      const writes = key === 'delete' || ([...key].length === 1 && key !== ' ')
      if (!confirms && !writes) return
      event.preventDefault()
      // A key that is held down repeats by itself (EN 301 549, 5.7): it was struck once.
      if (event.repeat) return
      if (confirms) done()
      else strike(key)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [done, strike])

  const key = (sign: string) => (
    <TouchButton key={sign} className="key" digit onPress={() => strike(sign)}>
      {sign}
    </TouchButton>
  )
  const pad = (
    <div className="address-pad">
      <p className="unseen" role="status">
        {typed ? text('email.typed', { typed: [...typed].join(' ') }) : text('email.none')}
      </p>
      <p className="address-typed" aria-hidden="true">
        {typed}
        <i />
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is a part of a form, and there is no form */}
      <div className="address-domains" role="group" aria-label={text('email.domains')} tabIndex={-1}>
        {DOMAIN_KEYS.map((domain) => key(`@${domain}`))}
      </div>
      {/* A row is one stop of a pad's keys: forty would be a long way to a letter. */}
      <div className="address-keys">
        {ROWS.map((row) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          <div key={row[0]} role="group" aria-label={`${text('email.pad')}: ${row[0]} – ${row.at(-1)}`} tabIndex={-1}>
            {row.map(key)}
          </div>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div className="address-signs" role="group" aria-label={text('email.signs')} tabIndex={-1}>
        {key('@')}
        {key('.it')}
        {key('.com')}
        <TouchButton className="key word" digit onPress={() => strike('delete')} disabled={typed === ''}>
          <Icon name="backspace" />
          {text('pin.delete')}
        </TouchButton>
      </div>
    </div>
  )
  return children({ pad, main: { label: confirm, icon: 'next', onPress: done, disabled: typed === '' } })
}
