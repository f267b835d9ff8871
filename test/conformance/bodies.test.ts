import { describeTopic } from "./case.ts";
import { bodies } from "./cases/bodies.ts";

describeTopic(bodies);
