-- The index of all jobs. Included after shared.
-- The list of all jobs: ids as they come, the newest left; a list that has grown to 1,000 is put aside under a number.
local function add_to_index(ids)
  if INDEXED then index_new(ids) end
  if redis.call('LPUSH', P .. 'jobs', unpack(ids)) < 1000 then return end
  local newest = redis.call('ZRANGE', P .. 'jobs:full', -1, -1)[1]
  local number = string.format('%d', tonumber(newest or 0) + 1)
  redis.call('RENAME', P .. 'jobs', P .. 'jobs:' .. number)
  redis.call('ZADD', P .. 'jobs:full', number, number)
end
