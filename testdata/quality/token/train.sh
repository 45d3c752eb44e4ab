pip install wandb
wandb login «hexkey»
python train.py --run ‹lower:8›
