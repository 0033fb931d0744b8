/** What totem, gateway and ANPR do not agree upon when everybody has gone home; empty when all is well. */
export function unbalanced({
  onTotem,
  atGateway,
  issued,
}: {
  /** State of each request on the totem's disk, by operation id. */
  onTotem: ReadonlyMap<string, string>
  atGateway: readonly { operation: string; state: string }[]
  /** Operation ids that ANPR issued, as often as it did. */
  issued: readonly string[]
}): string[] {
  const stateAtGateway = new Map(atGateway.map(({ operation, state }) => [operation, state]))
  const ids = [...onTotem.keys()]
  return [
    ...[...onTotem].filter(([, state]) => state !== 'collected').map(([id, state]) => `${id} ended as ${state}`),
    ...ids.filter((id) => !issued.includes(id)).map((id) => `${id} was never issued`),
    ...ids
      .filter((id) => stateAtGateway.get(id) !== 'issued')
      .map((id) => `${id} is ${stateAtGateway.get(id)} at the gateway`),
    ...issued.filter((id) => !onTotem.has(id)).map((id) => `${id} was issued and nobody asked`),
    ...(new Set(issued).size === issued.length ? [] : ['ANPR has issued an operation twice']),
  ]
}
