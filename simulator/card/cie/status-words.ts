// ISO 7816-4 §5.1.3, as these cards use them.
export const OK = 0x9000
export const AUTHENTICATION_FAILED = 0x6300
export const WRONG_LENGTH = 0x6700
export const CHAIN_BROKEN = 0x6883
export const SECURITY_STATUS = 0x6982
export const CONDITIONS_OF_USE = 0x6985
export const NO_FILE_SELECTED = 0x6986
export const NO_CHANNEL = 0x6988
export const WRONG_DATA = 0x6a80
export const NOT_FOUND = 0x6a82
export const WRONG_P1_P2 = 0x6a86
export const NO_SUCH_OBJECT = 0x6a88
export const OUT_OF_FILE = 0x6b00
export const UNKNOWN_INSTRUCTION = 0x6d00
export const UNKNOWN_CLASS = 0x6e00
