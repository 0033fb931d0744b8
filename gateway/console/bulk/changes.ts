import { EventEmitter } from 'node:events'

/** Told when something of a request has changed in this process; another gateway's changes are seen at the next look. */
const bell = new EventEmitter()
bell.setMaxListeners(0)

export const changed = (): void => {
  bell.emit('changed')
}
export function onChanged(heard: () => void): () => void {
  bell.on('changed', heard)
  return () => bell.off('changed', heard)
}
