import type { Notice } from '../../../schemas/notice.ts'
import type { ConfigElement } from './configTree.ts'
import type { Control, LabelConfig } from './controls.ts'
import { isPainting } from './paintingControl.ts'
import { kindField, sampleField } from './taskFields.ts'
import { configNotice, quote } from './wording.ts'

/** A field of the task's data, and nothing inside it. */
const fieldReference = /^\$([^\s$.[\]{}]+)$/

/**
 * The image that is painted: of those whose address stands in a field of the task's data, the first one that has labels
 * to paint with, else the first one.
 */
export function findImages(
  elements: readonly ConfigElement[],
  controls: readonly Control[],
): Pick<LabelConfig, 'image' | 'notices'> {
  const notices: Notice[] = []
  const usable = elements.flatMap(({ attributes }) => {
    const [name = '', value = ''] = [attributes.get('name'), attributes.get('value')]
    const field = fieldReference.exec(value.trim())?.[1]
    if (name === '' || field === undefined) {
      const message =
        `The Image tag ${quote(name)} has value=${quote(value)}. It needs a name, and the name of one field of the ` +
        'task\'s data as its value, like <Image name="image" value="$image"/>.'
      notices.push(configNotice('image-value', 'error', message))
      return []
    }
    if (field === sampleField || field === kindField) {
      const message =
        `The Image tag ${quote(name)} takes its address from "$${field}", but that field of the task's data tells which ` +
        'image it is. Use another one, like value="$image".'
      notices.push(configNotice('field-taken', 'error', message))
      return []
    }
    return [{ name, field }]
  })
  const painted = ({ name }: { readonly name: string }) =>
    controls.some((control) => isPainting(control) && control.labels.length > 0 && control.toName.includes(name))
  const image = usable.find(painted) ?? usable[0]
  if (image !== undefined && elements.length > 1) {
    const message = `Of ${elements.length} Image tags, ${quote(image.name)} is used; what is painted on others is left out.`
    notices.push(configNotice('several-images', 'info', message))
  }
  return { image, notices }
}
