-- Pauses or resumes a queue.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  queue
-- ARGV[3]  '1' = pause, '0' = resume
-- ARGV[4]  who pauses it, one line, or ''
-- ARGV[5]  why, or ''
-- reply    1
-- Twice?   harmless; the first pause's instant stays, who and why are the last one's.
-- include: shared

if ARGV[3] == '1' then
  local since = string.match(redis.call('HGET', P .. 'queues:paused', ARGV[2]) or '', '^%d+') or NOW
  redis.call('HSET', P .. 'queues:paused', ARGV[2], since .. '\n' .. ARGV[4] .. '\n' .. ARGV[5])
else
  redis.call('HDEL', P .. 'queues:paused', ARGV[2])
  redis.call('SADD', P .. 'queues', ARGV[2])
  redis.call('PUBLISH', P .. 'wake', 'queue ' .. ARGV[2])
end
return 1
