/** The part of @sealsystems/ipp that is used; it comes without types. */
declare module '@sealsystems/ipp' {
  type Attributes = Record<
    string,
    string | number | boolean | readonly string[] | readonly (readonly [number, number])[]
  >

  export interface IppRequest {
    version: string
    operation: string
    'operation-attributes-tag': Attributes
    'job-attributes-tag'?: Attributes
    /** The document, behind the attributes. */
    data?: Buffer
  }

  const ipp: { serialize(request: IppRequest): Buffer<ArrayBuffer> }
  export default ipp
}
