import { describe, expect, it } from 'vitest'
import { PythonError, python } from './support/python.ts'

describe('the Python that e2e tests compare with', () => {
  it('has ONNX Runtime and numpy', async () => {
    const program =
      'import json, numpy, onnxruntime; print(json.dumps([numpy.arange(3).tolist(), onnxruntime.get_available_providers()]))'
    const [values, providers] = JSON.parse(await python(program))
    expect(values).toEqual([0, 1, 2])
    expect(providers).toContain('CPUExecutionProvider')
  })

  it('gets its arguments and gives its output', async () => {
    expect(await python('import sys; print(sys.argv[1:])', 'a b', '"c"')).toBe(`['a b', '"c"']\n`)
  })

  it('fails with what the program said', async () => {
    await expect(python('raise ValueError("no such part")')).rejects.toThrow(PythonError)
    await expect(python('raise ValueError("no such part")')).rejects.toThrow('no such part')
  })
})
