import { updateJson } from '../../integrations/storage/index.ts'
import type { Notice } from '../../schemas/notice.ts'
import { ProjectState } from '../../schemas/projectState.ts'
import type { ReactorPlace } from './context.ts'

/** What people see where an order of theirs was refused; it stays until the next order. */
export const orderRefused = 'order-refused'

/**
 * Adds a notice to what people see of a project; the next look that succeeds takes it away. Where nothing was seen of the
 * project yet, or the store fails, the log alone tells.
 */
export async function noteTrouble({ store, keys }: ReactorPlace, notice: Notice): Promise<void> {
  const shown = { ...notice, message: notice.message.slice(0, 2000) }
  await updateJson(store, keys.state, ProjectState, (state) => ({
    ...state,
    notices: [...state.notices.filter(({ code }) => code !== notice.code), shown],
  })).catch(() => undefined)
}
