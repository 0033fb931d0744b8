/** Code that names what waits, to be read out and typed: two groups of four of Crockford's alphabet. */
export const collectCode = (operation: string): string => `${operation.slice(-8, -4)}-${operation.slice(-4)}`
