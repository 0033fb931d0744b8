/**
 * A private key that cannot be used; `file` is its file. `key-open-to-others`: users besides its owner may read it.
 * `key-not-wrapped`: it lies in the clear where a TPM is to protect it. `key-wrapped`: a TPM protects it, and the
 * configuration names none. `key-damaged`: it does not open, or was put in place of another one. `not-owner`: it
 * belongs to another user, who could not read what this one would write.
 */
export interface KeyFailure {
  kind:
    | 'key-missing'
    | 'key-unreadable'
    | 'key-open-to-others'
    | 'key-not-wrapped'
    | 'key-wrapped'
    | 'key-damaged'
    | 'key-malformed'
    | 'not-owner'
    | 'blob-missing'
    | 'blob-damaged'
  file: string
}
