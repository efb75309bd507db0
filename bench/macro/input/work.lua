-- SPDX-License-Identifier: BSD-2-Clause
-- cint-mini: floating point, tables, sorting, closures and string patterns.

-- Bodies under gravity, by small steps; the energy must hardly move.
local function energy(bodies)
    local e = 0
    for i, a in ipairs(bodies) do
        e = e + a.m * (a.vx ^ 2 + a.vy ^ 2 + a.vz ^ 2) / 2
        for k = i + 1, #bodies do
            local b = bodies[k]
            e = e - a.m * b.m / math.sqrt((a.x - b.x) ^ 2 + (a.y - b.y) ^ 2 + (a.z - b.z) ^ 2)
        end
    end
    return e
end

local function pull(a, b, dt)
    local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
    local d2 = dx * dx + dy * dy + dz * dz
    local f = dt / (d2 * math.sqrt(d2))
    a.vx, a.vy, a.vz = a.vx - dx * b.m * f, a.vy - dy * b.m * f, a.vz - dz * b.m * f
    b.vx, b.vy, b.vz = b.vx + dx * a.m * f, b.vy + dy * a.m * f, b.vz + dz * a.m * f
end

local function step(bodies, dt)
    for i = 1, #bodies do
        for k = i + 1, #bodies do pull(bodies[i], bodies[k], dt) end
    end
    for _, a in ipairs(bodies) do
        a.x, a.y, a.z = a.x + dt * a.vx, a.y + dt * a.vy, a.z + dt * a.vz
    end
end

local bodies = { { m = 40, x = 0, y = 0, z = 0, vx = 0, vy = 0, vz = 0 } }
for i = 1, 4 do
    local r = 5 * i
    bodies[i + 1] = { m = 0.01 * i, x = r, y = 0, z = 0.1 * i, vx = 0, vy = math.sqrt(40 / r), vz = 0 }
end
print(string.format("energy %.9f", energy(bodies)))
for _ = 1, 20000 do step(bodies, 0.01) end
print(string.format("energy %.9f", energy(bodies)))

-- Primes by a sieve.
local limit, composite, primes = 200000, {}, {}
for i = 2, limit do
    if not composite[i] then
        primes[#primes + 1] = i
        for k = i * i, limit, i do composite[k] = true end
    end
end
print("primes", #primes, primes[#primes])

-- Sorting records through a closure, and a table of strings.
local x = 1
local function number(n)
    x = (x * 16807) % 2147483647
    return x % n
end
local people = {}
for i = 1, 20000 do people[i] = { id = i, age = number(100), name = string.format("p%05d", number(99991)) } end
local asked = 0
table.sort(people, function(a, b)
    asked = asked + 1
    if a.age ~= b.age then return a.age < b.age end
    if a.name ~= b.name then return a.name < b.name end
    return a.id < b.id
end)
print("sorted", asked, people[1].name, people[#people].name)

local text = {}
for i = 1, #people do text[i] = people[i].name .. "=" .. people[i].age end
local joined, sum = table.concat(text, ";"), 0
for name, age in joined:gmatch("(p%d+)=(%d+)") do sum = sum + #name * age end
print("parsed", sum, #joined:gsub("p(%d)", "<%1>"), joined:find("=99;", 1, true))
