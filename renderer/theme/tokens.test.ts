import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CAP_HEIGHT, cssTokens } from './tokens.ts'

const onGlass = (tokens: Map<string, string>, name: string, mmPerPixel: number) =>
  Number.parseFloat(tokens.get(name) ?? 'NaN') * mmPerPixel

describe('sizes on the glass', () => {
  it('a pixel of the 27-inch panel is 0.31 mm', () => {
    expect(cssTokens({ mmPerPixel: 0.31, reachMm: 420 }, false).get('--mm')).toBe('3.226px')
    expect(cssTokens({ mmPerPixel: 0.31, reachMm: 420 }, false).get('--text-body')).toBe('34.194px')
  })

  it('letters, keys and gaps keep their millimetres on every panel', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 0.6, noNaN: true }), fc.boolean(), (mmPerPixel, larger) => {
        const tokens = cssTokens({ mmPerPixel, reachMm: 420 }, larger)
        for (const name of tokens.keys())
          if (name.startsWith('--text-'))
            expect(onGlass(tokens, name, mmPerPixel) * CAP_HEIGHT).toBeGreaterThanOrEqual(7.3)
        expect(onGlass(tokens, '--size-touch', mmPerPixel)).toBeGreaterThanOrEqual(20)
        expect(onGlass(tokens, '--size-action', mmPerPixel)).toBeGreaterThanOrEqual(20)
        expect(onGlass(tokens, '--size-gap', mmPerPixel)).toBeGreaterThanOrEqual(3)
      }),
    )
  })
})
