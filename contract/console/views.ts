import { z } from 'zod'

/** Screens whose address is a view that can be named. */
const viewedScreen = z.enum(['/flotta', '/voci'])
export type ViewedScreen = z.infer<typeof viewedScreen>

const viewName = z
  .string()
  .trim()
  .regex(/^[^\p{C}]+$/u)
  .max(60)

/** `search`: what stands in the address after the question mark; whoever has the address sees the same, in their own sight. */
export const savedView = z.strictObject({
  screen: viewedScreen,
  name: viewName,
  search: z.string().regex(/^[\x21-\x7e]{0,1000}$/),
})
export const savedViews = z.strictObject({ views: z.array(savedView) })
export const viewNamed = savedView.omit({ search: true })
