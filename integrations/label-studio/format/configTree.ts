import { XMLParser } from 'fast-xml-parser'
import { z } from 'zod'
import { LabelConfigError } from './errors.ts'

/** The largest label configuration read, in characters: real ones with hundreds of labels stay far below. */
export const maximumConfigLength = 2 ** 20

/**
 * One tag of a label configuration. The editor does not care about the case of tags and attributes, so both are in lower
 * case here; `tag` is also what a result's `type` is called.
 */
export interface ConfigElement {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly ConfigElement[]
}

/** What the parser makes of one tag: its children under its name, its attributes under `:@`. */
const ParsedNode = z.record(z.string(), z.unknown())
const attributesKey = ':@'

/**
 * Reads the XML of a label configuration. Text between tags and comments are dropped. Nothing is expanded but
 * the five entities of XML and numbered characters: a document type, which could define more, is refused.
 *
 * @throws LabelConfigError where it is empty, too long, nested too deep, or no well-formed XML
 */
export function readConfigTree(xml: string): ConfigElement {
  if (xml.length > maximumConfigLength) {
    throw new LabelConfigError(
      `The label configuration is ${xml.length} characters long; at most ${maximumConfigLength} are read. Make it shorter.`,
    )
  }
  const text = xml.replace(/^\uFEFF/, '').trim()
  if (text === '') {
    throw new LabelConfigError('The label configuration is empty. Add an Image tag and labels to the project.')
  }
  if (/<!DOCTYPE/i.test(text)) {
    throw new LabelConfigError('The label configuration has a document type (<!DOCTYPE …>). Remove it.')
  }
  const [root, ...others] = elementsOf(parse(text))
  if (root === undefined || others.length > 0) {
    throw new LabelConfigError(
      'The label configuration needs exactly one outermost tag: put everything into one <View>.',
    )
  }
  return root
}

function parse(text: string): unknown {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    trimValues: false,
    // Entities are decoded below: the parser's own decoder leaves numbered characters as they are.
    processEntities: false,
    maxNestedTags: 64,
  })
  try {
    return parser.parse(text, true)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LabelConfigError(`The label configuration is no well-formed XML: ${reason}. Correct it and save again.`)
  }
}

function elementsOf(nodes: unknown): ConfigElement[] {
  return z
    .array(ParsedNode)
    .parse(nodes)
    .flatMap((node) => {
      const name = Object.keys(node).find((key) => key !== attributesKey)
      if (name === undefined || name.startsWith('#') || name.startsWith('?')) return []
      const attributes = z.record(z.string(), z.string()).parse(node[attributesKey] ?? {})
      return [
        {
          tag: name.toLowerCase(),
          attributes: new Map(
            Object.entries(attributes).map(([key, value]) => [key.toLowerCase(), decodeAttribute(value)]),
          ),
          children: elementsOf(node[name]),
        },
      ]
    })
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * The value of an attribute: line ends and tabs are spaces, entities are what they stand for, once.
 * @see https://www.w3.org/TR/xml/#AVNormalize
 */
function decodeAttribute(raw: string): string {
  return raw.replace(/\r\n|[\t\n\r]/g, ' ').replace(/&([^;&\s]*);?/g, (reference, name: string) => {
    if (Object.hasOwn(entities, name) && reference.endsWith(';')) return entities[name] ?? ''
    const digits = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name)
    const code = digits === null ? Number.NaN : Number.parseInt(digits[1] ?? digits[2] ?? '', digits[1] ? 16 : 10)
    if (!reference.endsWith(';') || !isXmlCharacter(code)) {
      throw new LabelConfigError(
        `The label configuration holds "${reference.slice(0, 40)}", which means nothing in XML. Write & as &amp;.`,
      )
    }
    return String.fromCodePoint(code)
  })
}

/** @see https://www.w3.org/TR/xml/#charsets */
export function isXmlCharacter(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  )
}
