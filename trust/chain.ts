import type { Certificate } from './certificate.ts'
import { type Moment, type RevocationStatus, revocationOf } from './revocation.ts'
import type { Authority, Trust } from './trust.ts'

/** The most authorities above a card's certificate, anchor included. */
const MAX_DEPTH = 4

/**
 * Looks for a chain of listed authorities, all good at `at`, from one of the leaf's `issuers` to an anchor of its role.
 * Null: there is none. Otherwise it tells whether leaf and intermediates are revoked, by the best chain.
 */
export function chainStatus(
  leaf: Certificate,
  issuers: readonly Authority[],
  trust: Trust,
  moment: Moment,
): RevocationStatus | null {
  const chains = issuers
    .flatMap((issuer) => chainsFrom([issuer], +moment.at))
    .map((chain) => statusOf(leaf, chain, trust, moment))
  // An issuer that revoked the leaf is believed, even when another chain through the same issuer is good.
  if (chains.includes('revoked')) return 'revoked'
  return chains.includes('good') ? 'good' : chains.includes('unknown') ? 'unknown' : null
}

/** All chains from the last authority of `chain` up to an anchor. */
function chainsFrom(chain: readonly Authority[], at: number): (readonly Authority[])[] {
  const last = chain.at(-1)
  if (!last) return []
  const { notBefore, notAfter, pathLength } = last.certificate
  const below = chain.length - 1
  if (at < notBefore || at > notAfter || (pathLength !== null && pathLength < below)) return []
  if (last.anchor) return [chain]
  if (chain.length === MAX_DEPTH) return []
  return last.issuers
    .filter((issuer) => !chain.some(({ keyId }) => keyId === issuer.keyId))
    .flatMap((issuer) => chainsFrom([...chain, issuer], at))
}

/** Null: an intermediate is revoked, and the chain with it. */
function statusOf(
  leaf: Certificate,
  chain: readonly Authority[],
  trust: Trust,
  moment: Moment,
): RevocationStatus | null {
  const links = chain.map((issuer, index) => revocationOf(chain[index - 1]?.certificate ?? leaf, issuer, trust, moment))
  const [ofLeaf, ...ofAuthorities] = links
  if (ofAuthorities.includes('revoked')) return null
  if (ofLeaf === 'revoked') return 'revoked'
  return links.includes('unknown') ? 'unknown' : 'good'
}
