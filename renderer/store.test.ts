import { describe, expect, it, vi } from 'vitest'
import { galleryViews } from './gallery-views.ts'
import { isRead } from './i18n/messages.ts'
import { newest, receive, useView } from './store.ts'

const [sample] = Object.values(galleryViews('it'))
const at = (revision: number) => ({ ...(sample ?? never()), revision })
const never = (): never => {
  throw new Error('no sample')
}

describe('a late view is not shown over a newer one', () => {
  it.each([
    [null, 3, 3],
    [3, 4, 4],
    [4, 3, 4],
    [4, 4, 4],
  ])('shown %s, received %s: %s stays', (shown, received, stays) => {
    expect(newest(shown === null ? null : at(shown), at(received)).revision).toBe(stays)
  })
})

it('a view in a language that was not read yet comes to the glass with its texts', async () => {
  const { attract } = galleryViews('it')
  receive(attract ?? never())
  expect(useView.getState().view?.language).toBe('it')
  const german = { ...(galleryViews('de').attract ?? never()), revision: 1_000 }
  expect(isRead('de')).toBe(false)
  receive(german)
  expect(useView.getState().view?.language).toBe('it')
  await vi.waitFor(() => expect(useView.getState().view).toBe(german))
  expect(isRead('de')).toBe(true)
  // And at once from then on.
  receive({ ...german, revision: 1_001 })
  expect(useView.getState().view?.revision).toBe(1_001)
})
