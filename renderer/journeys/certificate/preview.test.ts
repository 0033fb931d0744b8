import fc from 'fast-check'
import { expect, it } from 'vitest'
import { greyToRgba } from './preview.tsx'

it('a grey page is drawn as it is, opaque', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (grey) => {
      const rgba = greyToRgba(grey)
      expect([...rgba]).toEqual([...grey].flatMap((value) => [value, value, value, 255]))
    }),
  )
})
