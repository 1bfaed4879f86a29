"""The steps of the queue, each atomic: Lua scripts that Redis runs.

KEYS[1] is the prefix of all keys of a queue. It holds a hash tag, so in a cluster
they lie on one node. An item's key ends in `|<tenant>:<weight>`, its lane.
"""

_COMMON = """
local b = KEYS[1]

local function now()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function lane_of(key) return string.match(key, '[^|]*$') end

local function type_of(key) return string.match(key, '|([^|]*)|') end

-- Put a key into its lane. A lane stands in `lanes` exactly while it holds something.
local function wait(key, side)
  local lane = lane_of(key)
  if redis.call(side, b .. 'lane:' .. lane, key) == 1 then redis.call('RPUSH', b .. 'lanes', lane) end
end

-- Keep `ready` filled from the lanes in turn; a lane's weight is how many go in one turn.
local function feed()
  local room = 32 - redis.call('LLEN', b .. 'ready')
  if room <= 0 then return end
  local pausing = redis.call('EXISTS', b .. 'paused') == 1
  while room > 0 do
    local lane = redis.call('LPOP', b .. 'lanes')
    if not lane then return end
    local turn = math.min(room, tonumber(string.match(lane, '%d$')))
    for _, key in ipairs(redis.call('RPOP', b .. 'lane:' .. lane, turn)) do
      if pausing and redis.call('SISMEMBER', b .. 'paused', type_of(key)) == 1 then
        redis.call('LPUSH', b .. 'parked:' .. type_of(key), key)
      else
        redis.call('LPUSH', b .. 'ready', key)
        room = room - 1
      end
    end
    if redis.call('EXISTS', b .. 'lane:' .. lane) == 1 then redis.call('RPUSH', b .. 'lanes', lane) end
  end
end

local function forget(key)
  for _, hash in ipairs({'jobs', 'tries', 'deaths', 'errors'}) do redis.call('HDEL', b .. hash, key) end
  redis.call('SREM', b .. 'cancelled', key)
end
"""

# Arguments: keys and bodies in turn.
ENQUEUE = (
    _COMMON
    + """
for i = 1, #ARGV, 2 do
  if redis.call('HSETNX', b .. 'jobs', ARGV[i], ARGV[i + 1]) == 1 then wait(ARGV[i], 'LPUSH') end
end
feed()
"""
)

# After BLMOVE. Arguments: worker, key moved, items wanted with that one.
# Returns {key, body, tries, deaths} of each.
OPEN = (
    _COMMON
    + """
local list = b .. 'proc:' .. ARGV[1]
local keys = {ARGV[2]}
while #keys < tonumber(ARGV[3]) do
  local key = redis.call('LMOVE', b .. 'ready', list, 'RIGHT', 'LEFT')
  if not key then break end
  keys[#keys + 1] = key
end
local opened = {}
for _, key in ipairs(keys) do
  local body = redis.call('HGET', b .. 'jobs', key)
  if not body or redis.call('SISMEMBER', b .. 'cancelled', key) == 1 then
    redis.call('LREM', list, 1, key)
    forget(key)
  elseif redis.call('SISMEMBER', b .. 'paused', type_of(key)) == 1 then
    redis.call('LREM', list, 1, key)
    redis.call('RPUSH', b .. 'parked:' .. type_of(key), key)
  else
    opened[#opened + 1] = {
      key, body, redis.call('HGET', b .. 'tries', key), redis.call('HGET', b .. 'deaths', key)
    }
  end
end
feed()
return opened
"""
)

# Arguments: worker, key.
DONE = _COMMON + "if redis.call('LREM', b .. 'proc:' .. ARGV[1], 1, ARGV[2]) == 1 then forget(ARGV[2]) end"

# Arguments: worker, key, error, delay in ms, tries allowed. Returns 1 where that was the last.
FAIL = (
    _COMMON
    + """
if redis.call('LREM', b .. 'proc:' .. ARGV[1], 1, ARGV[2]) == 0 then return 0 end
redis.call('HSET', b .. 'errors', ARGV[2], ARGV[3])
if redis.call('HINCRBY', b .. 'tries', ARGV[2], 1) >= tonumber(ARGV[5]) then
  redis.call('ZADD', b .. 'dead', now(), ARGV[2])
  return 1
end
redis.call('ZADD', b .. 'delayed', now() + ARGV[4], ARGV[2])
return 0
"""
)

# Arguments: worker, key.
GIVE_BACK = (
    _COMMON
    + """
if redis.call('LREM', b .. 'proc:' .. ARGV[1], 1, ARGV[2]) == 1 then
  wait(ARGV[2], 'RPUSH')
  feed()
end
"""
)

# Arguments: worker, lease in ms.
HEARTBEAT = _COMMON + "redis.call('ZADD', b .. 'workers', now() + ARGV[2], ARGV[1])"

# Arguments: deaths allowed, ms to remember a worker. Returns how many items of dead workers there were.
SWEEP = (
    _COMMON
    + """
local at = now()
local back = tonumber(redis.call('GET', b .. 'clock') or at) - at
if back > 1000 then
  for _, set in ipairs({'workers', 'delayed'}) do
    for _, member in ipairs(redis.call('ZRANGE', b .. set, 0, -1)) do
      redis.call('ZINCRBY', b .. set, -back, member)
    end
  end
end
redis.call('SET', b .. 'clock', at)

for _, key in ipairs(redis.call('ZRANGEBYSCORE', b .. 'delayed', '-inf', at, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', b .. 'delayed', key)
  wait(key, 'LPUSH')
end

local moved = 0
for _, worker in ipairs(redis.call('ZRANGEBYSCORE', b .. 'workers', '-inf', at)) do
  local list = b .. 'proc:' .. worker
  local key = redis.call('LPOP', list)
  while key do
    if redis.call('HINCRBY', b .. 'deaths', key, 1) >= tonumber(ARGV[1]) then
      redis.call('HSET', b .. 'errors', key, 'The worker died each time.')
      redis.call('ZADD', b .. 'dead', at, key)
    else
      wait(key, 'RPUSH')
    end
    moved = moved + 1
    key = redis.call('LPOP', list)
  end
end
redis.call('ZREMRANGEBYSCORE', b .. 'workers', '-inf', at - ARGV[2])
feed()
return moved
"""
)

# Arguments: key.
REPLAY = (
    _COMMON
    + """
if redis.call('ZREM', b .. 'dead', ARGV[1]) == 0 then return 0 end
for _, hash in ipairs({'tries', 'deaths', 'errors'}) do redis.call('HDEL', b .. hash, ARGV[1]) end
wait(ARGV[1], 'LPUSH')
feed()
return 1
"""
)

# Arguments: key.
DISCARD = (
    _COMMON
    + """
if redis.call('ZREM', b .. 'dead', ARGV[1]) == 0 then return 0 end
forget(ARGV[1])
return 1
"""
)

# Arguments: key.
CANCEL = (
    _COMMON
    + """
local key, lane = ARGV[1], lane_of(ARGV[1])
if redis.call('HEXISTS', b .. 'jobs', key) == 0 then return 'unknown' end
local found = redis.call('LREM', b .. 'ready', 1, key)
  + redis.call('LREM', b .. 'parked:' .. type_of(key), 1, key)
  + redis.call('ZREM', b .. 'delayed', key)
  + redis.call('ZREM', b .. 'dead', key)
if redis.call('LREM', b .. 'lane:' .. lane, 1, key) == 1 then
  found = found + 1
  if redis.call('EXISTS', b .. 'lane:' .. lane) == 0 then redis.call('LREM', b .. 'lanes', 1, lane) end
end
if found == 0 then
  redis.call('SADD', b .. 'cancelled', key)
  return 'running'
end
forget(key)
return 'removed'
"""
)

# Arguments: type. Returns how many items had been parked.
RESUME = (
    _COMMON
    + """
redis.call('SREM', b .. 'paused', ARGV[1])
local moved = 0
local key = redis.call('RPOP', b .. 'parked:' .. ARGV[1])
while key do
  wait(key, 'LPUSH')
  moved = moved + 1
  key = redis.call('RPOP', b .. 'parked:' .. ARGV[1])
end
feed()
return moved
"""
)
