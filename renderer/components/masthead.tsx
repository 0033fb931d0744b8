import { useText } from '../i18n/use-text.ts'
import { useShownView } from '../view-context.ts'

/** A build that trusts a bench's cards says so on every screen (scripts/build.ts); a test of the page does not set it. */
const TRUSTS_TESTS = typeof __TEST_TRUST__ !== 'undefined' && __TEST_TRUST__

/** Whose machine this is: the product and the office, over every screen. Nothing here is touched. */
export function Masthead() {
  const text = useText()
  const { totem } = useShownView()
  return (
    <header className="masthead">
      <Mark />
      <p className="masthead-product">{text('product')}</p>
      {TRUSTS_TESTS && <p className="masthead-test">{text('product.test')}</p>}
      <p className="masthead-office">{totem.office}</p>
    </header>
  )
}

/** The product's mark: a slab, its screen, the paper coming out. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      <rect x="9" y="2" width="22" height="36" rx="4" className="mark-slab" />
      <rect x="13" y="6.5" width="14" height="12" rx="1.5" className="mark-glass" />
      <path d="M13 23.5h14" className="mark-slot" />
      <path d="M15.500 23.500h9v9.500h-9z" className="mark-paper" />
    </svg>
  )
}
