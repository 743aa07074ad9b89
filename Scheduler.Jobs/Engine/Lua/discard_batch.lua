-- Removes about 200 jobs of a staged batch that will not be committed.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  batch id, or '' for the oldest batch staged over an hour ago
-- reply    jobs removed; call again while it is 200 or more
-- Twice?   removes what is left.
-- include: shared

local batch = ARGV[2]
if batch == '' then
  batch = redis.call('ZRANGEBYSCORE', P .. 'staged', '-inf', now - 3600000, 'LIMIT', 0, 1)[1]
  if not batch then return 0 end
end
if not redis.call('ZSCORE', P .. 'staged', batch) then return 0 end
local list, removed = P .. 'staged:' .. batch, 0
while removed < 200 do
  local group = redis.call('LPOP', list)
  if not group then break end
  local keys = {}
  for id in string.gmatch(string.match(group, '[^\n]*$'), '%S+') do keys[#keys + 1] = job_key(id) end
  redis.call('DEL', unpack(keys))
  removed = removed + #keys
end
if removed < 200 then
  redis.call('ZREM', P .. 'staged', batch)
  redis.call('DEL', list, list .. ':events')
end
return removed
