import '../contract/jitless.ts'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { connect } from './bridge.ts'
import { Failure } from './failure.tsx'
import { readAllMessages } from './i18n/messages.ts'
import { receive } from './store.ts'

/** The first screen is drawn by then. */
const TEXTS_AFTER_MS = 300

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

connect(receive)
// The first picture waits for its letters: a page that jumps from one font to another looks broken.
// Slovenščina stands on it, whose letters are in a file of their own.
await Promise.allSettled(
  [400, 600, 700].map((weight) => document.fonts.load(`${weight} 1em "Titillium Web"`, weight === 400 ? 'ač' : 'a')),
)
createRoot(root).render(
  <Failure>
    <App />
  </Failure>,
)

// Before anybody has touched the first screen, and after it can be touched: whoever chooses a language does not wait for its
// texts. A hand that is faster waits for that language (store.ts).
setTimeout(() => requestIdleCallback(() => void readAllMessages()), TEXTS_AFTER_MS)
