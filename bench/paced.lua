-- load.lua with a pause of random length before each request, so that arrivals are spread as those of many clients.
-- wrk … URL -- <file of tokens> <seed> <mean pause in ms> <share of POSTs>

dofile((debug.getinfo(1, "S").source:sub(2):gsub("paced%.lua$", "load.lua")))

local prepared = init
local asked = request
local summed = done
local threads = {}
local pause, share, post

function setup(thread)
  threads[#threads + 1] = thread
end

function init(args)
  prepared({ args[1], args[2] }) -- the others are our own
  pause = tonumber(args[3])
  share = tonumber(args[4])
  counts = {}
end

function delay()
  return math.random(0, 2 * pause)
end

function request()
  if math.random() < share then
    return (asked():gsub("^GET", "POST"):gsub("\r\n\r\n$", "\r\nContent-Length: 2\r\n\r\n{}"))
  end
  return asked()
end

function response(status)
  local key = tostring(status)
  counts[key] = (counts[key] or 0) + 1
end

function done(summary, latency)
  local sum = {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counts")) do
      sum[status] = (sum[status] or 0) + count
    end
  end
  local parts = {}
  for status, count in pairs(sum) do
    parts[#parts + 1] = string.format('"%s": %d', status, count)
  end
  local errors = summary.errors
  io.write(string.format('{"statuses": {%s}, "connect": %d, "read": %d, "write": %d, "timeout": %d, "p999": %d}\n',
    table.concat(parts, ", "), errors.connect, errors.read, errors.write, errors.timeout, latency:percentile(99.9)))
  summed(summary, latency)
end
