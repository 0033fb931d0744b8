/** The renderer's only origin. */
export const SCHEME = 'app'
export const ORIGIN = 'app://totem/'
