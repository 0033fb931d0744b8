import { Resolver } from 'node:dns/promises'
import { domainToASCII } from 'node:url'

const PATIENCE_MS = 2_000

/**
 * False: no mail can reach this domain, because it does not exist, has neither MX nor address, or says by a null MX that
 * it takes none (RFC 5321 §5.1, RFC 7505). A name server that does not answer refuses nobody.
 */
export function takesMail(nameServers: readonly string[] | null): (domain: string) => Promise<boolean> {
  const resolver = new Resolver({ timeout: PATIENCE_MS, tries: 1 })
  if (nameServers) resolver.setServers(nameServers)
  const there = async (ask: Promise<readonly unknown[]>): Promise<boolean | null> => {
    try {
      return (await ask).length > 0
    } catch (failure) {
      const { code } = failure as NodeJS.ErrnoException
      return code === 'ENOTFOUND' || code === 'ENODATA' ? false : null
    }
  }
  return async (domain) => {
    const name = domainToASCII(domain)
    let nullMx = false
    const mx = await there(
      resolver.resolveMx(name).then((all) => {
        nullMx = all.length === 1 && (all[0]?.exchange ?? '') === ''
        return all
      }),
    )
    if (mx !== false) return !nullMx
    const [four, six] = await Promise.all([there(resolver.resolve4(name)), there(resolver.resolve6(name))])
    return four !== false || six !== false
  }
}
