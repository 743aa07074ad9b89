-- Moves up to 100 finished jobs from a list or set of the stock package into the index of ours, where retention finds them.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  Succeeded | Deleted (lists, newest left) | Failed (zset)
-- reply    number of entries taken from there; call again while it is 100
-- Twice?   the second call takes what is left: an entry is removed in the same step.
-- include: shared
-- include: transitions
-- include: stock_jobs

local state = ARGV[2]
local from = P .. string.lower(state)
if not keys_are_sound() or not is_type(from, state == 'Failed' and 'zset' or 'list') then return 0 end

-- As the API shows it.
local function error_of(job, data)
  local class = string.match(data.ExceptionType or '', '([^%.%+]+)$') or 'Exception'
  local attempts = tonumber(redis.call('HGET', job_key(job.id), 'RetryCount') or 0) or 0
  return '{"type":"exception","message":' .. quote(class .. ': ' .. (data.ExceptionMessage or '')) ..
    ',"attempt":' .. string.format('%d', attempts + 1) .. '}'
end

local function take_over(id)
  local job = load_stock(id)
  -- Started again since, by somebody, or gone.
  if not job or job.State ~= state then return end
  local key = job_key(id)
  local data = adopt(job) or {}
  local ended = to_ms(data.SucceededAt or data.FailedAt or data.DeletedAt or data.CreatedAt) or now
  -- With the state data, where a stock client looks before it adds a continuation. Retention removes both.
  redis.call('PERSIST', key)
  redis.call('PERSIST', key .. ':state')
  redis.call('ZADD', P .. 'final:' .. state, 'NX', string.format('%d', ended), id)
  if type(data.Result) == 'string' then redis.call('HSET', key, 'Result', data.Result) end
  if state == 'Failed' then redis.call('HSET', key, 'Error', error_of(job, data)) end
  adopt_continuations(job)
  if job.Continuations and state ~= 'Failed' then release_continuations(id) end
end

local ids = state == 'Failed' and redis.call('ZRANGE', from, 0, 99) or redis.call('LRANGE', from, -100, -1)
for _, id in ipairs(ids) do take_over(id) end
if INDEXED then write_indexes() end
if #ids == 0 then return 0 end
if state == 'Failed' then redis.call('ZREM', from, unpack(ids)) else redis.call('LTRIM', from, 0, -(#ids + 1)) end
return #ids
