export function describeMessages(schema: object, language: 'en-US' | 'zh-CN'): object;
