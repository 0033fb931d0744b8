import { Component, type ReactNode } from 'react'
import type { Language } from '../contract/language.ts'
import { refresh } from './bridge.ts'
import { messagesOf } from './i18n/messages.ts'
import { useView } from './store.ts'

/** A broken screen is tried again after this long: enough to read the apology, and nobody loses patience. */
const RETRY_MS = 4_000

/** A bug in a screen costs an apology, not the visit: main still has it, and the page asks for the view again. */
export class Failure extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }
  #retry: ReturnType<typeof setTimeout> | undefined

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override componentDidCatch() {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(this.retry, RETRY_MS)
  }

  override componentWillUnmount() {
    clearTimeout(this.#retry)
  }

  retry = () => {
    clearTimeout(this.#retry)
    refresh()
    this.setState({ failed: false })
  }

  override render() {
    if (!this.state.failed) return this.props.children
    // These are plain elements, since one of the components may be what broke.
    const language: Language = useView.getState().view?.language ?? 'it'
    const text = messagesOf(language)
    return (
      <div className="failure" role="alert">
        <h1>{text['failure.title']}</h1>
        <p className="lead">{text['failure.lead']}</p>
        <button type="button" className="touch primary" onClick={this.retry}>
          {text['failure.retry']}
        </button>
      </div>
    )
  }
}
