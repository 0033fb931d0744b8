/** What would let somebody do what nobody may do to a totem from afar, as it stands in code, also when it is built. */
const NEVER: [what: string, code: RegExp][] = [
  ['sees the screen', /capturePage|desktopCapturer|getDisplayMedia|captureStream|beginFrameSubscription|screencast/],
  ['moves the screen', /sendInputEvent|insertText\(|dispatchTouchEvent|executeJavaScript/],
  ['camera or microphone', /getUserMedia|MediaRecorder|enumerateDevices|ImageCapture/],
  ['a shell or a program', /\b(?:exec|execFile|execSync|spawnSync|fork)\(['"`{[]|\/bin\/(?:ba)?sh\b|node-pty/],
  ['a browser of files', /\breaddir(?:Sync)?\(|createReadStream\(|showOpenFilePicker|webkitdirectory/],
  ['reads a request', /\.sealed\b|openSealed|decryptOutcome|operation_request|operation_outcome/],
  ['a card', /['"`]card\.(?:read|login)['"`]|transmit\(|sendApdu/],
  ['erases the log', /delete from journal|deleteFrom\(['"`]journal/i],
  ['lowers TLS', /rejectUnauthorized: ?(?:false|!1)|NODE_TLS_REJECT_UNAUTHORIZED/],
]

export const neverFromAfar = (code: string): string[] =>
  NEVER.filter(([, pattern]) => pattern.test(code)).map(([what]) => what)
