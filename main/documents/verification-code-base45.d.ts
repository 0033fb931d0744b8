/** The package has no types of its own. */
declare module 'base45' {
  const base45: { encode(bytes: Buffer): string }
  export default base45
}
