import { describe, test } from 'vitest'
import { expectRefused } from './expectRefused.ts'
import { join, load, pickle, text } from './writePickle.ts'

const SET = 'cbuiltins\nset\n'

describe('names that are not of weights are refused, and never looked for', () => {
  test.each([
    ['os', 'system'],
    ['posix', 'system'],
    ['nt', 'system'],
    ['subprocess', 'Popen'],
    ['builtins', 'eval'],
    ['builtins', 'exec'],
    ['builtins', 'getattr'],
    ['builtins', '__import__'],
    ['__builtin__', 'eval'],
    ['webbrowser', 'open'],
    ['torch.hub', 'load'],
    ['torch', 'load'],
    ['torch.serialization', 'load'],
    ['collections', 'OrderedDict.__reduce__'],
    ['torch._utils', '_rebuild_tensor_v2.__globals__'],
    ['numpy.core.multiarray', 'fromfile'],
    ['__proto__', 'constructor'],
    ['constructor', 'constructor'],
  ])('%s.%s', (module, name) => {
    const message = new RegExp(
      `"${`${module}.${name}`.replaceAll('.', '\\.')}".* nothing in it was run.*byte 2 of the file`,
    )
    expectRefused(pickle(`c${module}\n${name}\n`, text('touch never'), '\x85R'), message)
    const onStack = message.source.replace('byte 2', `byte ${12 + module.length + name.length}`)
    expectRefused(pickle(text(module), text(name), '\x93)R'), new RegExp(onStack))
    expectRefused(pickle('(', text('touch never'), `i${module}\n${name}\n`), /nothing in it was run/)
  })

  test('the networks of TensorFlow are refused with what to do', () => {
    expectRefused(
      pickle('cdnnlib.tflib.network\nNetwork\n)\x81'),
      /TensorFlow network.*not supported.*legacy\.py.*stylegan2-ada-pytorch.*PyTorch pickle.*byte 2 of the file/,
    )
  })

  test('a name is shown in one short line, whatever characters it has', () => {
    const name = `\u001b[2J\u202e\r${'x'.repeat(100_000)}`
    expectRefused(
      pickle(text('os'), text(name), '\x93'),
      /^CheckpointError: the pickle names "os\.\\u001b\[2J\\u202e\\rx{50,100}…", which is not [\x20-\x7e]+$/,
    )
  })
})

describe('what names are for', () => {
  test.each([
    ['a name alone', pickle(SET), /the name builtins\.set, and no data/],
    ['a name in a list', pickle(']', SET, 'a'), /the name builtins\.set stands where only data may/],
    ['a name as a key', pickle('}', SET, 'Ns'), /neither a number nor a text/],
    [
      'a tuple with a name in a dict',
      pickle('}', text('a'), SET, '\x85s'),
      /a tuple of arguments stands where only data may/,
    ],
    ['a call of a list', pickle(']]\x85R'), /no name/],
    ['a call of a type', pickle('ctorch\nFloatStorage\n)R'), /only stands for a type/],
    ['a call with a dict', pickle(SET, '}R'), /without a tuple/],
    ['named arguments', pickle('cdnnlib.util\nEasyDict\n)}', text('a'), 'Ns\x92'), /named arguments/],
    ['a set of a number', pickle(SET, 'K\x01\x85R'), /a sequence does not get what it needs: .*expected a list/],
    ['a dict of a number', pickle('ccollections\nOrderedDict\n', 'K\x01\x85R'), /a dict does not get/],
    ['a dict with a list as key', pickle('ccollections\nOrderedDict\n]((]Ntl', 'a\x85R'), /no list of keys and values/],
    ['a state for a dict', pickle('}}b'), /a value gets a state that has none/],
    ['a state for a number', pickle('K\x01}b'), /a value gets a state that has none/],
    ['a state for a list', pickle(']}b'), /a value gets a state that has none/],
    ['a state that is no dict', pickle('cargparse\nNamespace\n)\x81K\x01b'), /no dict/],
    [
      'a persistent object of a function',
      pickle(persistent(text('function'))),
      /_reconstruct_persistent_obj does not get/,
    ],
    [
      'a persistent object of a list',
      pickle('ctorch_utils.persistence\n_reconstruct_persistent_obj\n]\x85R'),
      /expected a dict/,
    ],
    ['bytes of other characters', pickle('c_codecs\nencode\n', text('€'), text('latin1'), '\x86R'), /other characters/],
    [
      'another encoding',
      pickle('c_codecs\nencode\n', text('YQ=='), text('base64'), '\x86R'),
      /_codecs\.encode does not get/,
    ],
    ['a numpy object', pickle('cnumpy\ndtype\n', text('O8'), '\x89\x88\x87R'), /"O8" cannot be read/],
    [
      'a numpy scalar cut short',
      pickle('cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n', text('f8'), '\x89\x88\x87RC\x03abc\x86R'),
      /3 bytes/,
    ],
    ['a persistent id outside of torch files', pickle(text('x'), 'Q'), /persistent id/],
    ['a persistent id of protocol 0', pickle('Px\n'), /persistent id/],
    [
      'bytes that are no torch file',
      pickle('ctorch.storage\n_load_from_bytes\nC\x03abc\x85R'),
      /at byte 40 of the file is neither/,
    ],
    ['a pickle that is no torch file', pickle(load(pickle('N'))), /is no torch file/],
    ['an extension', pickle('\x82\x01'), /registry/],
    ['a buffer elsewhere', pickle('\x97'), /buffers/],
  ])('%s is refused', (_, file, message) => expectRefused(file, message))
})

function persistent(type: Uint8Array): Uint8Array {
  const fields = [text('type'), type, text('class_name'), text('Generator'), text('state'), '}']
  return join('ctorch_utils.persistence\n_reconstruct_persistent_obj\n}(', ...fields, 'u\x85R')
}
