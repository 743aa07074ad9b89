-- Appends lines to a job's log and drops the oldest beyond the cap.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  job id
-- ARGV[3]  cap (bytes)
-- ARGV[4+] lines (JSON text)
-- reply    1 = appended, 0 = no such job (nothing is written, so that no log outlives its job)
-- Twice?   the lines stand twice.
-- include: shared

local id, cap = ARGV[2], tonumber(ARGV[3])
local key = job_key(id) .. ':logs'
if not load_job(id) or not is_type(key, 'list') then return 0 end
local bytes = tonumber(redis.call('HGET', job_key(id), 'LogBytes') or 0)
if bytes == 0 then redis.call('SADD', P .. 'linked', id) end
for i = 4, #ARGV do
  redis.call('RPUSH', key, ARGV[i])
  bytes = bytes + #ARGV[i]
end
while bytes > cap do
  local dropped = redis.call('LPOP', key)
  if not dropped then break end
  bytes = bytes - #dropped
  redis.call('HSET', job_key(id), 'LogTruncated', 1)
end
redis.call('HSET', job_key(id), 'LogBytes', bytes)
return 1
