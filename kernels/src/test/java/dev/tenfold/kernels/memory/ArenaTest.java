package dev.tenfold.kernels.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArenaTest {
    private static final long UNLIMITED = Long.MAX_VALUE / 2;
    private static final long KIB = 1024;

    private final Arena arena = new Arena(32 * KIB, 64 << 20, new SystemMemory(false));
    private final List<Arena.Piece> mine = new ArrayList<>();

    private Arena.Piece take(long bytes) {
        Arena.Piece piece = arena.takeOrGrow(bytes, UNLIMITED);
        mine.add(piece);
        return piece;
    }

    private void give(Arena.Piece piece) {
        mine.remove(piece);
        arena.give(piece);
    }

    @AfterEach
    void everythingIsFreedAndGivenBack() {
        mine.forEach(arena::give);
        arena.trim();
        assertEquals(0, arena.held());
    }

    @Test
    void neighboursThatBecomeFreeAreOnePiece() {
        for (int[] order : new int[][] {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
            Arena.Piece[] three = {take(64 * KIB), take(64 * KIB), take(64 * KIB)};
            Arena.Piece guard = take(64 * KIB);
            long held = arena.held();
            for (int i : order) give(three[i]);
            Arena.Piece all = take(192 * KIB);
            assertEquals(three[0].address, all.address);
            assertEquals(held, arena.held());
            give(all);
            give(guard);
            arena.trim();
        }
    }

    @Test
    void theSmallestPieceThatIsLargeEnoughIsTaken() {
        Arena.Piece[] holes = new Arena.Piece[4];
        for (int i = 0; i < 4; i++) {
            holes[i] = take((i == 3 ? 2 : 4 - i) * 64 * KIB);
            take(64 * KIB);
        }
        for (Arena.Piece hole : holes) give(hole);
        assertEquals(holes[2].address, take(100 * KIB).address, "two are of that size; the lower one");
        assertEquals(holes[3].address, take(128 * KIB).address);
        assertEquals(holes[1].address, take(128 * KIB).address);
        assertEquals(holes[1].address + 128 * KIB, take(64 * KIB).address, "the rest of the last one");
    }

    @Test
    void whatWasFreedLastServesTheSameSizeFirst() {
        Arena.Piece low = take(64 * KIB);
        take(64 * KIB);
        Arena.Piece high = take(64 * KIB);
        take(64 * KIB);
        give(low);
        give(high);
        assertEquals(high.address, take(64 * KIB).address);
        assertEquals(low.address, take(64 * KIB).address);
    }

    @Test
    void theLimitHoldsAlsoForMemoryThatWasGivenBack() {
        Arena.Piece large = take(1 << 20);
        Arena.Piece guard = take(64 * KIB);
        long held = arena.held();
        assertNull(arena.takeOrGrow(64 * KIB, held));
        give(large);
        arena.trim();
        assertEquals(64 * KIB, arena.held());
        assertNull(arena.takeOrGrow(128 * KIB, 128 * KIB));
        Arena.Piece again = arena.takeOrGrow(64 * KIB, 128 * KIB);
        assertEquals(large.address, again.address);
        assertEquals(128 * KIB, arena.held());
        mine.add(again);
        assertNotNull(guard);
    }

    @Test
    void aRequestAboveTheReservationGetsASegmentOfItsOwn() {
        Arena.Piece huge = take(100 << 20);
        Memory.putByte(huge.address + huge.bytes - 1, (byte) 1);
        assertEquals(100 << 20, arena.held());
    }

    /** Random requests, of sizes that come again as in a training: no two pieces overlap, contents stay, and the same order gives the same places. */
    @Test
    void randomRequestsAreServedApartAndTheSameWayEveryTime() {
        List<Long> first = randomRequests(new Random(5));
        mine.forEach(arena::give);
        mine.clear();
        arena.trim();
        assertEquals(first, randomRequests(new Random(5)));
    }

    private List<Long> randomRequests(Random random) {
        long[] sizes = new long[12];
        for (int i = 0; i < sizes.length; i++) sizes[i] = (1 + random.nextInt(200)) * 4 * KIB;
        TreeMap<Long, Arena.Piece> live = new TreeMap<>();
        List<Long> offsets = new ArrayList<>();
        long base = 0;
        long bytes = 0;
        long peak = 0;
        for (int step = 0; step < 8_000; step++) {
            if (live.size() < 60 && random.nextBoolean()) {
                Arena.Piece piece = take(sizes[random.nextInt(sizes.length)]);
                if (step == 0 || base == 0) base = piece.address;
                Map.Entry<Long, Arena.Piece> below = live.floorEntry(piece.address);
                Map.Entry<Long, Arena.Piece> above = live.ceilingEntry(piece.address);
                assertTrue(below == null || below.getKey() + below.getValue().bytes <= piece.address);
                assertTrue(above == null || piece.address + piece.bytes <= above.getKey());
                Memory.putLong(piece.address, piece.address);
                Memory.putLong(piece.address + piece.bytes - 8, piece.address);
                live.put(piece.address, piece);
                offsets.add(piece.address - base);
                bytes += piece.bytes;
                peak = Math.max(peak, bytes);
            } else if (!live.isEmpty()) {
                Arena.Piece piece = live.remove(List.copyOf(live.keySet()).get(random.nextInt(live.size())));
                assertEquals(piece.address, Memory.getLong(piece.address));
                assertEquals(piece.address, Memory.getLong(piece.address + piece.bytes - 8));
                bytes -= piece.bytes;
                give(piece);
            }
            if (step == 4_000) arena.trim();
        }
        assertTrue(arena.held() <= 1.25 * peak, arena.held() + " bytes held for " + peak);
        return offsets;
    }
}
