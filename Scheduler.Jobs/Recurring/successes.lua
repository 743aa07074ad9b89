-- The dead-man's switch: schedules that must succeed again by an instant. Included after shared; nothing here writes by itself.

local SILENCE = P .. 'recurring:silence'

-- window: ms, 0 = it need not.
local function expect_success(id, window)
  redis.call('HDEL', P .. 'recurring-job:' .. id, 'Silent')
  if window > 0 then
    redis.call('ZADD', SILENCE, string.format('%d', now + window), id)
  else
    redis.call('ZREM', SILENCE, id)
  end
end
