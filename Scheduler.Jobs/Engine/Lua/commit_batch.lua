-- Makes a staged batch visible all at once: queues, schedule, indexes, events, idempotency record.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}idem:{hash}   as in enqueue_jobs.lua; absent where the caller gave no key
-- ARGV[1]  prefix
-- ARGV[2]  batch id
-- ARGV[3]  hash of the body, '' without a key
-- ARGV[4]  number of its chunks
-- reply    as enqueue_jobs.lua for one request, or {now, 'gone'} where the batch is not staged (swept, committed before, or not yet),
--          or {now, 'incomplete'} where a chunk is missing: nothing written
-- Twice?   'gone' the second time; with a key 'replayed'.
-- Bound    10,000 jobs: for each group of up to 200 two or three variadic writes, for each chunk one event record; with optional indexes one read for each job.
-- include: shared
-- include: new_jobs

local batch = ARGV[2]
local list = P .. 'staged:' .. batch
if #KEYS > 1 then
  local body = redis.call('HGET', KEYS[2], 'body')
  if body and body == ARGV[3] then return { now, 'replayed ' .. redis.call('HGET', KEYS[2], 'ids') } end
  if body then return { now, 'reused' } end
end
-- Its first chunk's instant: none of its jobs was created before.
local staged = tonumber(redis.call('ZSCORE', P .. 'staged', batch) or nil)
if not staged then return { now, 'gone' } end

-- By the chunks' numbers, not as they arrived.
local function lines_in_order(key)
  local lines, place = redis.call('LRANGE', key, 0, -1), {}
  for i, line in ipairs(lines) do place[line] = tonumber(string.match(line, '^%d+')) * 10000 + i end
  table.sort(lines, function(a, b) return place[a] < place[b] end)
  return lines
end

local groups, ids, chunks, newest = {}, {}, 0, nil
for i, line in ipairs(lines_in_order(list)) do
  local chunk, queue, due, tags, recurring, names = string.match(line, '^(%d+) (%S+) (%d+)\n(.-)\n(.-)\n(.*)$')
  if chunk ~= newest then chunks, newest = chunks + 1, chunk end
  local g = { queue = queue, due = tonumber(due), tags = {}, recurring = some(recurring), ids = {} }
  for tag in string.gmatch(tags, '%S+') do g.tags[#g.tags + 1] = tag end
  for id in string.gmatch(names, '%S+') do g.ids[#g.ids + 1] = id end
  groups[i], ids[i] = g, names
  local foreign = foreign_key_of(g)
  if foreign then return bad_key(foreign) end
end
if chunks < tonumber(ARGV[4]) then return { now, 'incomplete' } end

for _, g in ipairs(groups) do show_jobs(g.ids, g.queue, g.due, g.tags, g.recurring, staged) end
for _, chunk in ipairs(lines_in_order(list .. ':events')) do
  local count, events = string.match(chunk, '^%d+ (%d+) (.*)$')
  write_record(math.floor(tonumber(count)), events)
end
if INDEXED then write_indexes() end
if #KEYS > 1 then
  redis.call('HSET', KEYS[2], 'body', ARGV[3], 'ids', table.concat(ids, ' '))
  redis.call('EXPIRE', KEYS[2], 86400)
end
redis.call('ZREM', P .. 'staged', batch)
redis.call('DEL', list, list .. ':events')
return { now, 'accepted' }
