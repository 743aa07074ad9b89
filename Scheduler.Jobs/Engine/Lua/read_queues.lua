-- Length, age of the oldest job, running jobs and pause of queues. Reads only.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2+] queue names
-- reply    for each: {waiting, age of the oldest (ms) or -1, processing (of the first 10,000 leases), pause as stored or ''}
-- Twice?   harmless.
-- include: shared

local processing = {}
for _, id in ipairs(redis.call('ZRANGE', P .. 'leases', 0, 9999)) do
  local queue = redis.call('HGET', job_key(id), 'Queue') or 'default'
  processing[queue] = (processing[queue] or 0) + 1
end

-- The instant of the last history line is when the job came into this state.
local function waiting_since(id)
  local found = id and redis.pcall('HMGET', job_key(id), 'History', 'Call', 'CreatedAt')
  if not found or found.err then return nil end
  local last
  for line in string.gmatch(found[1] or '', '[^\n]+') do last = instant_of_line(line) or last end
  return tonumber(last or string.match(found[2] or '', '^%d+') or found[3] or nil)
end

local parked = redis.call('SMEMBERS', P .. 'parked')
local reply = {}
for i = 2, #ARGV do
  local queue = ARGV[i]
  local key = P .. 'queue:' .. queue
  local length, oldest = 0, nil
  if is_type(key, 'list') then
    length = redis.call('LLEN', key)
    oldest = waiting_since(redis.call('LINDEX', key, -1))
  end
  for _, member in ipairs(parked) do
    local parked_queue, contract = string.match(member, '^(%S+) (%S+)$')
    if parked_queue == queue then
      local list = P .. 'parked:' .. queue .. ':' .. contract
      length = length + redis.call('LLEN', list)
      local since = waiting_since(redis.call('LINDEX', list, -1))
      if since and (not oldest or since < oldest) then oldest = since end
    end
  end
  reply[#reply + 1] = { length, oldest and math.max(now - oldest, 0) or -1, processing[queue] or 0,
    redis.call('HGET', P .. 'queues:paused', queue) or '' }
end
return reply
