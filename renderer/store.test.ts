import { describe, expect, it } from 'vitest'
import { galleryViews } from './gallery-views.ts'
import { newest } from './store.ts'

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
