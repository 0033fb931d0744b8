import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import { Problem } from './notice.tsx'

/** One line that stays: `write` sends it and refreshes what is shown. */
export function NoteField({
  label,
  action,
  write,
}: {
  label: string
  action: string
  write(text: string): Promise<unknown>
}) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  return (
    <Form
      className="line"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() === '') return
        setBusy(true)
        write(text.trim())
          .then(() => {
            setText('')
            setProblem(null)
          }, setProblem)
          .finally(() => setBusy(false))
      }}
    >
      <TextField value={text} onChange={setText} maxLength={300} className="grows">
        <Label>{label}</Label>
        <Input />
      </TextField>
      <Button type="submit" isDisabled={isBusy || text.trim() === ''}>
        {action}
      </Button>
      <Problem of={problem} />
    </Form>
  )
}
