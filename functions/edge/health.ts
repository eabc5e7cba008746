/** What `/health` answers. A file of its own: whoever has only this to say needs nothing else of the app. */
export const health = { status: 'UP', model_class: 'Sixteen' } as const
