import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { merkleRoot } from './merkle.ts'

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest()

/** As RFC 6962 §2.1 defines it, by the largest power of two below. */
function byDefinition(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return sha(Buffer.alloc(0))
  if (leaves.length === 1) return sha(Buffer.concat([Buffer.from([0]), Buffer.from(leaves[0] ?? '')]))
  let half = 1
  while (half * 2 < leaves.length) half *= 2
  return sha(Buffer.concat([Buffer.from([1]), byDefinition(leaves.slice(0, half)), byDefinition(leaves.slice(half))]))
}

test('the root is the one of RFC 6962', () => {
  expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 40 }), (leaves) => {
      expect(merkleRoot(leaves)).toBe(byDefinition(leaves).toString('hex'))
    }),
  )
})
