package dev.tenfold.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogueTest {
    @Test
    void everyRowHasItsBenchmarkAndWithThePeersProfileItsTwin() {
        boolean peers = Forks.present(Catalogue.all().get(0).peer());
        for (BenchCase row : Catalogue.all()) {
            assertTrue(Forks.present(row.ours()), "missing: " + row.ours());
            if (peers) assertTrue(Forks.present(row.peer()), "missing: " + row.peer());
        }
    }

    @Test
    void noTwoRowsLookAlike() {
        Set<String> seen = new HashSet<>();
        for (BenchCase row : Catalogue.all()) assertTrue(seen.add(row.title() + " " + row.size()), row.toString());
    }

    @Test
    void theNetworkIsTheResNetOfEighteenLayers() {
        int layers = 2; // the stem and the classifier
        for (ResNetShape.Unit unit : ResNetShape.UNITS) {
            layers += 2;
            assertEquals(unit.first().out(), unit.second().in());
            assertEquals(unit.shortcut() == null, unit.first().in() == unit.first().out() && unit.first().stride() == 1);
        }
        assertEquals(18, layers);
        assertEquals(4, ResNetShape.UNITS.getLast().second().edge());
        // 0.556 G multiply-adds for one image forward, as is published for this network.
        assertEquals(0.556e9, ResNetShape.trainingFlops(1) / 6, 0.002e9);
    }
}
