package dev.tenfold.methods.squareloss;

import static dev.tenfold.methods.squareloss.Numbers.three;

import dev.tenfold.methods.Run;
import dev.tenfold.methods.attack.Apgd;
import dev.tenfold.methods.attack.Attack;
import dev.tenfold.methods.attack.Ball;
import dev.tenfold.methods.attack.FrozenNet;
import dev.tenfold.methods.attack.GaussianNoise;
import dev.tenfold.methods.attack.Objective;
import dev.tenfold.methods.attack.Pgd;
import dev.tenfold.methods.attack.Suite;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.nn.data.image.Normalisation;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The paper's main experiment at a smaller size: residual networks on images, only the loss changed; accuracy, calibration and robustness.
 * Trainings are saved after every epoch in {@code checkpoints} beside the results and continued by the next run; the files go when the study ends well.
 *
 * @param pictures     the images
 * @param architecture the network
 * @param training     how it is trained
 * @param seeds        repetitions
 * @param limits       how much of the data is used and how hard the attacks are
 */
record PictureStudy(Pictures pictures, Architecture architecture, PictureTraining training, int seeds, Limits limits) implements Study {
    /** Makes networks. */
    record Architecture(String label, Maker maker) {
        /** A fresh network. */
        interface Maker {
            Module make(Generator generator, int channels, int outputs);
        }
    }

    /**
     * Sizes.
     *
     * @param train     training images at most
     * @param test      test images at most
     * @param attacked  how many of these are attacked
     * @param longSteps     steps of the long PGD
     * @param ratio     iterations of APGD-DLR
     * @param targeted  iterations of APGD-T per target; 0 leaves it out
     */
    record Limits(int train, int test, int attacked, int longSteps, int ratio, int targeted) {
    }

    static final int[] RADII = {2, 4, 8};
    static final String SHORT = "PGD-20 CE";
    static final String CHECKPOINTS = "checkpoints";
    private static final double NOISE = 0.1;
    private static final int BATCH = 100;

    /**
     * What became of one network.
     *
     * @param trainAccuracy on the training images as they are: near 1 when the network interpolates
     * @param calibration   on the test images
     * @param attacks       per radius
     */
    record Outcome(Coding coding, double trainAccuracy, Calibration calibration, Suite.Result[] attacks) {
    }

    String longName() {
        return "PGD-" + limits.longSteps + " CE";
    }

    @Override
    public void run(Run run) throws IOException {
        Pictures used = pictures.subset(new Generator(run.seed()).fork(StudyNumber.PICTURES).fork(-1), limits.train, limits.test);
        int classes = used.train().classes();
        List<Coding> codings = List.of(new Coding.Softmax(classes), new SimplexCode(classes, SimplexCode.Form.CENTRED), new Coding.OneHot(classes));
        int attacked = Math.min(limits.attacked, used.test().size());
        run.section("Square loss against cross-entropy on images");
        run.text(architecture.label + " on " + used.train().size() + " training images of: " + pictures.description() + ". " + training.epochs() + " epochs of SGD, batches of "
                + training.batch() + ", rate " + training.rate() + ", weight decay " + training.decay() + ", random crops. Accuracy and calibration on " + used.test().size()
                + " test images, attacks on the first " + attacked + " of them, with pixels in [0, 1] and every coordinate moved by at most 2, 4 or 8 of 255. An image stands when it"
                + " is answered rightly on the way of the whole attack. Repetitions: " + seeds + ".");
        List<List<Outcome>> outcomes = new ArrayList<>();
        for (Coding coding : codings) {
            List<Outcome> repeated = new ArrayList<>();
            for (int seed = 0; seed < seeds; seed++) {
                repeated.add(once(run, used, coding, attacked, new Generator(run.seed()).fork(StudyNumber.PICTURES).fork(seed)));
            }
            outcomes.add(repeated);
        }
        new PictureReport(longName(), outcomes).write(run);
        removeCheckpoints(run.folder().resolve(CHECKPOINTS));
    }

    /** Finished trainings stay until the attacks on them are over, too. */
    private static void removeCheckpoints(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(folder)) {
            files = list.filter(p -> p.getFileName().toString().endsWith(".safetensors")).toList();
        }
        for (Path file : files) Files.delete(file);
        // What is not ours stays, with the folder.
        try (Stream<Path> rest = Files.list(folder)) {
            if (rest.findAny().isPresent()) return;
        }
        Files.delete(folder);
    }

    private Outcome once(Run run, Pictures used, Coding coding, int attacked, Generator generator) throws IOException {
        try (Scope outer = Scope.open(); Module net = architecture.maker.make(generator.fork(0), used.train().channels(), coding.width())) {
            try (Run.Progress progress = run.progress("training, " + coding.label(), training.epochs())) {
                training.fit(net, coding, used, generator.fork(1), progress, run.folder().resolve(CHECKPOINTS));
            }
            try (Scope scope = Scope.open(); FrozenNet victim = new FrozenNet(net, normaliser(used.train()), coding::scores)) {
                Calibration calibration = calibration(victim, coding, used.test());
                ImageSet some = used.test().first(attacked);
                Tensor x = Pictures.pixels(some);
                Suite suite = new Suite(attacks(coding), BATCH);
                Suite.Result[] results = new Suite.Result[RADII.length];
                try (Run.Progress progress = run.progress("attacks, " + coding.label(), (long) suite.steps(attacked) * RADII.length)) {
                    for (int r = 0; r < RADII.length; r++) {
                        results[r] = suite.run(victim, x, Pictures.labels(some), Ball.pixels(RADII[r] / 255.0), generator.fork(2), progress::step);
                    }
                }
                return new Outcome(coding, calibration(victim, coding, used.train()).accuracy(), calibration, results);
            }
        }
    }

    private static UnaryOperator<Tensor> normaliser(ImageSet set) {
        Normalisation normalisation = Normalisation.of(set);
        float[] mean = floats(normalisation.mean());
        float[] scale = floats(Arrays.stream(normalisation.sd()).map(sd -> 1 / sd).toArray());
        return x -> x.sub(Tensors.of(mean, mean.length, 1, 1)).mul(Tensors.of(scale, scale.length, 1, 1));
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) floats[i] = (float) values[i];
        return floats;
    }

    private static Calibration calibration(FrozenNet victim, Coding coding, ImageSet test) {
        try (Scope scope = Scope.open()) {
            List<Tensor> probabilities = new ArrayList<>();
            Tensor x = Pictures.pixels(test);
            for (int from = 0; from < test.size(); from += BATCH) {
                try (Scope batch = Scope.open()) {
                    probabilities.add(batch.keep(coding.probabilities(victim.outputs(x.narrow(0, from, Math.min(BATCH, test.size() - from))))));
                }
            }
            return Calibration.of(Tensors.concat(0, probabilities), Pictures.labels(test));
        }
    }

    private List<Attack> attacks(Coding coding) {
        List<Attack> attacks = new ArrayList<>(List.of(new GaussianNoise(NOISE), Pgd.fgsm(), Pgd.of(SHORT, Objective.crossEntropy(1), 20),
                Pgd.of("PGD-20 CE x10", Objective.crossEntropy(10), 20), Pgd.of("PGD-20 CE x100", Objective.crossEntropy(100), 20),
                Pgd.of(longName(), Objective.crossEntropy(1), limits.longSteps), Pgd.of("PGD-20 margin", Objective.margin(), 20)));
        if (coding.classes() >= 3) attacks.add(Apgd.ratio(limits.ratio));
        if (coding.classes() >= 4 && limits.targeted > 0) attacks.add(Apgd.targeted(limits.targeted, Math.min(9, coding.classes() - 1)));
        if (coding instanceof SimplexCode code) attacks.add(Pgd.of("PGD-20 angle", Objective.angle(code.vectors()), 20));
        return attacks;
    }
}
