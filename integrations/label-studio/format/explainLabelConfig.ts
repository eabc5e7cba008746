import { maximumParts } from '../../../schemas/labels.ts'
import type { Notice } from '../../../schemas/notice.ts'
import type { LabelConfig } from './controls.ts'
import { choosePaintingControl, paintableLabels, paintingControls } from './paintingControl.ts'
import { configNotice, quote, quoteAll } from './wording.ts'

const example =
  'such as <BrushLabels name="part" toName="image"><Label value="Hair"/><Label value="Eye"/></BrushLabels>'

/** What of a label configuration is missing or left out, and what to do: one notice for each matter. */
export function explainLabelConfig(config: LabelConfig): readonly Notice[] {
  return [...new Map([...config.notices, ...missing(config)].map((notice) => [notice.code, notice])).values()]
}

function missing(config: LabelConfig): Notice[] {
  const { image, controls, notices } = config
  if (image === undefined) {
    // What the parser calls an error is an image that it could not use.
    const explained = notices.some(({ level }) => level === 'error')
    const message =
      'There is no Image tag to paint on. Add <Image name="image" value="$image"/> to the label configuration.'
    return explained ? [] : [configNotice('no-image', 'error', message)]
  }
  const painting = paintingControls(config)
  if (painting.length === 0) {
    const hints = controls.some(({ kind }) => kind === 'keypoint' || kind === 'rectangle')
    const message = hints
      ? 'Parts cannot be painted: key points and rectangles serve as interactive hints only. Add a control whose toName ' +
        `is ${quote(image.name)}, ${example}.`
      : `Nothing can be painted on ${quote(image.name)}. Add a control whose toName is its name, ${example}.`
    return [configNotice('no-painting', 'error', message)]
  }
  const chosen = choosePaintingControl(config)
  if (chosen === undefined) {
    const message = `${quoteAll(painting.map(({ name }) => name))} has no label that can be used. Add Label tags, ${example}.`
    return [configNotice('no-labels', 'error', message)]
  }
  const labels = paintableLabels(config)
  const left = labels.filter(({ name }) => !chosen.labels.some((label) => label.name === name))
  return [
    ...(labels.length < maximumParts
      ? []
      : [
          configNotice(
            'too-many-labels',
            'error',
            `There are ${labels.length} labels to paint with; ${maximumParts - 1} are possible. Remove some.`,
          ),
        ]),
    ...(left.length === 0
      ? []
      : [
          configNotice(
            'several-controls',
            'info',
            `Predictions are written with ${quote(chosen.name)} and leave out ${quoteAll(left.map(({ name }) => name))}, ` +
              'which other controls paint. Move all labels into one control to see them, too.',
          ),
        ]),
  ]
}
