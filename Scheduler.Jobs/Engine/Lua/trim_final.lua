-- Removes up to 200 final jobs of one state that are too old or too many, with all that belongs to them. The list of all jobs
-- forgets them later (trim_index).
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2]  state
-- ARGV[3]  age (ms) at which a job is removed
-- ARGV[4]  jobs kept, the newest
-- reply    number removed; call again while it is 200
-- Twice?   removes what is left to remove.
-- include: shared
-- include: transitions

local key = P .. 'final:' .. ARGV[2]
local ids = redis.call('ZRANGEBYSCORE', key, '-inf', now - tonumber(ARGV[3]), 'LIMIT', 0, 200)
if #ids == 0 then
  local surplus = redis.call('ZCARD', key) - tonumber(ARGV[4])
  if surplus > 0 then ids = redis.call('ZRANGE', key, 0, math.min(surplus, 200) - 1) end
end
if #ids == 0 then return 0 end

-- A job of a stock client has two keys more, and may have been started again by one, past our index.
local gone, keys = {}, {}
for _, id in ipairs(ids) do
  local is_stock = #id == 36
  if not is_stock or redis.call('HGET', job_key(id), 'State') == ARGV[2] then
    gone[#gone + 1] = id
    keys[#keys + 1] = job_key(id)
    if ARGV[2] == 'Failed' then unbury(id) end
    if is_stock then
      keys[#keys + 1] = job_key(id) .. ':state'
      keys[#keys + 1] = job_key(id) .. ':history'
    end
  end
end

-- Tags, schedules and logs name some of the jobs.
local function unlink(id)
  local links = redis.pcall('HMGET', job_key(id), 'Tags', 'RecurringId')
  if not links.err then
    for _, tag in ipairs(cjson.decode(links[1] or '[]')) do redis.call('ZREM', P .. 'tag:' .. tag, id) end
    if links[2] then
      keep_run(id, links[2])
      redis.call('ZREM', P .. 'runs:' .. links[2], id)
    end
  end
  keys[#keys + 1] = job_key(id) .. ':logs'
end
if #gone > 0 and redis.call('SCARD', P .. 'linked') > 0 then
  for i, is_linked in ipairs(redis.call('SMISMEMBER', P .. 'linked', unpack(gone))) do
    if is_linked == 1 then unlink(gone[i]) end
  end
  redis.call('SREM', P .. 'linked', unpack(gone))
end

if INDEXED then unindex(gone) end
if #keys > 0 then redis.call('UNLINK', unpack(keys)) end
-- Both ways above took the lowest ranks.
redis.call('ZREMRANGEBYRANK', key, 0, #ids - 1)
if INDEXED then write_indexes() end
return #ids
